// Where the service's deployment file is: what its commands hand to paste.
import { fileURLToPath } from 'node:url'
import type { Config } from '../config/index.ts'
import { findProjectFolder } from '../entrypoints/distribution.ts'
import { SlipwayError } from '../errors.ts'
import { serviceGroup } from './opts.ts'

/** The section that commands load. */
export const appName = 'service'

/** The package of the service: what references in a deployment file are resolved from, wherever that file stands. */
export function projectFolder(): string {
  return findProjectFolder(fileURLToPath(new URL('.', import.meta.url)))
}

/**
 * The deployment file as a URI.
 * @throws SlipwayError SLIPWAY_INPUT_MISSING naming the option and where it was set
 */
export function deploymentUri(conf: Config): string {
  const { api_paste_config: name } = conf.get(serviceGroup)
  const file = conf.findFile(name)
  if (file === null) {
    const { where, detail } = conf.origin('api_paste_config')
    throw new SlipwayError('SLIPWAY_INPUT_MISSING', `deployment file "${name}" was not found`, {
      where,
      hint: `api_paste_config names it (${detail}); it is looked for beside ${conf.files.join(', ') || 'the configuration files'}`,
    })
  }
  // A URI ends at "#" and is percent-decoded; a folder may hold both.
  return `config:${file.replaceAll('%', '%25').replaceAll('#', '%23')}`
}
