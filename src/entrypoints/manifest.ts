// Manifests: where the commands and plugins of a package are written down. One file → its entry
// points with positions, and what is wrong with it. Facts: setuptools 66–84, pbr 5–7, importlib_metadata 9.
import { basename } from 'node:path'
import { readText } from '../ini/index.ts'
import type { Manifest } from './entry-point.ts'
import { parseEntryPointsTxt } from './manifest-txt.ts'
import { parsePackageJson } from './manifest-json.ts'
import { parsePyproject } from './manifest-toml.ts'
import { parseSetupCfg } from './manifest-cfg.ts'

/** The files that a folder's manifest may be, in the order in which they are read. */
export const manifestNames = ['setup.cfg', 'package.json', 'pyproject.toml', 'entry_points.txt'] as const

/**
 * Reads one manifest. Faulty entries are in `problems` and, where they have a name, in `entryPoints`.
 * @throws SlipwayError when the file cannot be read at all: SLIPWAY_INPUT_*, SLIPWAY_INI_*, SLIPWAY_MANIFEST_ENTRY
 */
export function readManifest(file: string): Manifest {
  return parseManifest(readText(file, { purpose: 'manifest' }), file)
}

export function parseManifest(text: string, file: string): Manifest {
  switch (basename(file)) {
    case 'package.json':
      return parsePackageJson(text, file)
    case 'pyproject.toml':
      return parsePyproject(text, file)
    case 'entry_points.txt':
      return parseEntryPointsTxt(text, file)
    default:
      return parseSetupCfg(text, file)
  }
}
