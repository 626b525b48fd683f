// The running Node beside the versions that the project and this package ask for.
import { ownDistribution } from '../entrypoints/aliases.ts'
import { type Diagnostic, diagnostic } from '../errors.ts'
import { type PackageJson, readPackageJson } from './package-json.ts'

export interface NodeFacts {
  readonly version: string
  readonly file: string
  /** `engines.node` of the project, then of this package, each once. */
  readonly ranges: readonly string[]
}

export async function examineNode(project: PackageJson | null): Promise<{ facts: NodeFacts; problems: Diagnostic[] }> {
  const { default: semver } = await import('semver')
  const askers = [project, readPackageJson(ownDistribution().folder)].filter((one) => one !== null)
  // Slipway is a project too.
  const ranges = new Map(askers.flatMap((one) => (one.node === null ? [] : [[one.node, one] as const])).reverse())
  const { version, execPath: file } = process
  const problems = [...ranges].flatMap(([range, asker]) => {
    const where = asker.where('engines', 'node')
    if (semver.validRange(range) === null) {
      return diagnostic('warning', 'SLIPWAY_DOCTOR_NODE', `"${range}" is no range of Node versions`, {
        where,
        expected: 'a range as npm reads it: ">=20.19"',
      })
    }
    if (semver.satisfies(version, range)) return []
    return diagnostic('error', 'SLIPWAY_DOCTOR_NODE', `Node ${version} is none of the versions that are asked for`, {
      where,
      found: file,
      expected: range,
      hint: 'install such a Node, or set the PATH so that it comes first',
    })
  })
  return { facts: { version, file, ranges: [...ranges.keys()].reverse() }, problems }
}
