// Routes as lines for people and tools, in the order in which they were connected. Pure.
import type { ExtensionRoutes } from './routes.ts'

export interface RouteLine {
  /** `GET`, `PUT, PATCH`, or `ANY`. */
  readonly methods: string
  readonly template: string
  readonly name: string | null
  readonly action: string | null
  /** The alias of the extension that it is of. */
  readonly extension: string | null
}

/** Of extensions, or of any map: `describeRoutes({ map })`. */
export function describeRoutes({ map, owners }: Pick<ExtensionRoutes, 'map'> & Partial<ExtensionRoutes>): RouteLine[] {
  return map.routes.map((route) => ({
    methods: route.methods === null ? 'ANY' : [...route.methods].join(', '),
    template: route.template,
    name: route.name,
    action: route.action,
    extension: owners?.get(route) ?? null,
  }))
}

/** One line each: `GET     /gadgets/{id}   show   gadgets`. */
export function renderRoutes(lines: readonly RouteLine[]): string {
  const rows = lines.map(({ methods, template, action, extension }) => [
    methods,
    template,
    action ?? '-',
    extension ?? '-',
  ])
  const widths = [0, 1, 2].map((at) => Math.max(0, ...rows.map((row) => row[at]?.length ?? 0)))
  return rows.map((row) => `${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ')}\n`).join('')
}
