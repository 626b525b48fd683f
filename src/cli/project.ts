// Which manifest a verb works with: the one that --manifest names, else that of the working folder.
// Reads manifests, imports no code.
import { resolve } from 'node:path'
import {
  type Distribution,
  distributionFromManifest,
  findProject,
  readDistribution,
} from '../entrypoints/distribution.ts'
import { setProjectFolder } from '../entrypoints/project-folder.ts'
import { manifestNames } from '../entrypoints/manifest.ts'
import { SlipwayError } from '../errors.ts'
import { isFolder } from '../ini/path-kind.ts'

/** The project at hand, whether it has a manifest or not. References of a target mean its modules, then those of the target's own project. */
export function projectAt(manifest: string | undefined, cwd: string): Distribution {
  const project = distributionAt(manifest, cwd)
  setProjectFolder(project.folder)
  return project
}

function distributionAt(manifest: string | undefined, cwd: string): Distribution {
  if (manifest === undefined) return findProject(cwd)
  const path = resolve(cwd, manifest)
  return isFolder(path) ? withManifest(readDistribution(path), manifest) : distributionFromManifest(path)
}

/**
 * The project at hand, which must have a manifest.
 * @throws SlipwayError SLIPWAY_MANIFEST_MISSING, SLIPWAY_INPUT_MISSING
 */
export function requireProject(manifest: string | undefined, cwd: string): Distribution {
  return withManifest(projectAt(manifest, cwd), manifest)
}

function withManifest(project: Distribution, manifest: string | undefined): Distribution {
  if (project.manifests.length > 0) return project
  const place = manifest === undefined ? `in "${project.folder}" or above it` : `in "${project.folder}"`
  throw new SlipwayError('SLIPWAY_MANIFEST_MISSING', `there is no manifest ${place}`, {
    where: { file: project.folder },
    expected: manifestNames.join(', '),
    hint: manifest === undefined ? 'go to the folder of the project, or name its manifest: --manifest PATH' : undefined,
  })
}
