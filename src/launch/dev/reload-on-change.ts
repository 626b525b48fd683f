// `reload = true`: what a start has read is watched, and a change orders a reload as HUP does. What is broken is refused
// by the reload, with its reasons; the code from before serves on. Runs in the master.
import { relative } from 'node:path'
import { readDistribution } from '../../entrypoints/distribution.ts'
import type { Logger } from '../../log/index.ts'
import { configFile, parseUri } from '../../paste/uri.ts'
import type { Generation } from '../generation.ts'
import type { PasteArgs } from '../paste-args.ts'
import { SourceWatch, type Watched } from './source-watch.ts'

export interface ReloadOnChangeParts {
  /** What serves; asked again after every reload, which may have other files. */
  readonly serving: () => readonly Generation[]
  /** Rejects when it is refused; it has told why. */
  readonly order: (reason: string) => Promise<void>
  readonly log: Logger
}

/** Goes on until it is closed. */
export function reloadOnChange({ serving, order, log }: ReloadOnChangeParts): { close(): void } {
  const watch = new SourceWatch({
    onChange: (files) => {
      const follow = (): void => watch.follow(watchedOf(serving()))
      order(`${namesOf(files)} changed`).then(follow, follow)
    },
    onFault: (folder, error) => log.warn(`changes in ${folder} are not seen: ${error.message}`),
  })
  const watched = watchedOf(serving())
  watch.follow(watched)
  log.info(`reloads when a file changes: configuration, manifest, and the code in ${watched.folders.join(', ')}`)
  return watch
}

function watchedOf(generations: readonly Generation[]): Watched {
  const all = generations.map(watchedOfOne)
  const unique = (paths: readonly string[]): string[] => [...new Set(paths)]
  return { files: unique(all.flatMap(({ files }) => files)), folders: unique(all.flatMap(({ folders }) => folders)) }
}

function watchedOfOne({ spec, config }: Generation): Watched {
  const manifests = readDistribution(spec.from).manifests.map(({ file }) => file)
  return { files: [...config.files, ...manifests, ...deploymentOf(spec)], folders: [spec.from] }
}

/** Of a service of a deployment file; the files that it includes are seen if they are the project's. */
function deploymentOf({ reference, args }: Generation['spec']): string[] {
  if (reference !== 'slipway.launch:PasteService') return []
  const { uri, relativeTo = process.cwd() } = args as PasteArgs
  const parsed = parseUri(uri, null)
  return parsed.scheme === 'config' ? [configFile(parsed, relativeTo)] : []
}

const mostNames = 3

function namesOf(files: readonly string[]): string {
  const names = files
    .map((file) => relative(process.cwd(), file))
    .map((name, index) => (name.startsWith('..') ? (files[index] ?? name) : name))
  const shown = names.slice(0, mostNames).join(', ')
  return names.length > mostNames ? `${shown} and ${names.length - mostNames} more` : shown
}
