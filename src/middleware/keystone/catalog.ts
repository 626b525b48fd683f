// The catalog of services that a token carries. Pure.

interface CatalogEndpoint {
  readonly region?: string
  readonly region_id?: string
  readonly interface?: string
  readonly url?: string
}

export interface CatalogService {
  readonly type?: string
  readonly name?: string
  readonly endpoints?: readonly CatalogEndpoint[]
}

/**
 * The form of version 2, which the header X-Service-Catalog has: version 3 lists an endpoint for each interface, version 2
 * one for each region.
 */
export function catalogHeader(catalog: readonly CatalogService[]): string {
  return JSON.stringify(catalog.map(serviceOf))
}

function serviceOf({ type, name, endpoints = [] }: CatalogService): object {
  const regions = new Map<string, Record<string, string>>()
  for (const { region = '', interface: kind = '', url = '' } of endpoints) {
    const entry = regions.get(region) ?? (region === '' ? {} : { region })
    entry[`${kind.toLowerCase()}URL`] = url
    regions.set(region, entry)
  }
  return { type, ...(name === undefined ? {} : { name }), endpoints: [...regions.values()] }
}

/** The first that fits; null for none. */
export function endpointOf(
  catalog: readonly CatalogService[],
  wanted: { readonly type: string; readonly interface: string; readonly region: string | null },
): string | null {
  const endpoints = catalog.filter(({ type }) => type === wanted.type).flatMap((service) => service.endpoints ?? [])
  const kind = wanted.interface.toLowerCase()
  const found = endpoints.find(
    ({ interface: own = '', region, region_id: id, url }) =>
      // keystoneauth's spelling from before version 3: internalURL.
      own.toLowerCase().replace(/url$/u, '') === kind.replace(/url$/u, '') &&
      (wanted.region === null || region === wanted.region || id === wanted.region) &&
      typeof url === 'string' &&
      /^https?:\/\//u.test(url),
  )
  return found?.url ?? null
}
