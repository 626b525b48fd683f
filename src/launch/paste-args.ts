// What a PasteService is told, and where its references are looked up. Apart from the service, so that a master
// which only checks the file loads nothing that serves requests.
import { type Distribution, distributionFromManifest, readDistribution } from '../entrypoints/distribution.ts'
import type { StandInMode } from '../paste/stand-in.ts'

export interface PasteArgs {
  /** `config:/etc/shop/api-paste.ini`, `egg:Dist#name`. */
  readonly uri: string
  /** The app in the file; `main`, or the URI's fragment, unless given. */
  readonly name?: string | undefined
  /** The folder of a relative `config:` URI; the working directory unless given. */
  readonly relativeTo?: string | undefined
  /** Beats the configuration's choice of a pipeline. */
  readonly flavour?: string | undefined
  /** The one manifest that references are looked up with; all of the project's unless given. */
  readonly manifest?: string | undefined
  /** Stand-ins for factories that are not there, or for all. */
  readonly standIn?: StandInMode | undefined
}

/** Where the references of a deployment file are looked up first. */
export function projectsOf(from: string, { manifest }: PasteArgs): Distribution[] {
  return [manifest === undefined ? readDistribution(from) : distributionFromManifest(manifest)]
}
