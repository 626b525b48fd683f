// A folder as an operator has it in /etc: the service's own files, changed where a test wants it.
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

export const root = fileURLToPath(new URL('../..', import.meta.url))
/** For services of a test: a database of their own that leaves nothing behind. */
export const ownDatabase = { OS_DATABASE__CONNECTION: 'sqlite://', OS_DATABASE__AUTO_UPGRADE: 'true' }

export const serviceConf = join(root, 'etc/service/service.conf')

/** Copies of the two files; `settings` are put under their headings of service.conf, `edit` changes the deployment file. */
export function makeFolder(
  settings: Readonly<Record<string, Readonly<Record<string, string>>>> = {},
  edit: (deployment: string) => string = (text) => text,
): { folder: string; conf: string } {
  const folder = mkdtempSync(join(tmpdir(), 'service #1 100% '))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const conf = join(folder, 'service.conf')
  copyFileSync(serviceConf, conf)
  const more = Object.entries(settings).map(
    ([group, values]) =>
      `[${group}]\n${Object.entries(values)
        .map(([name, value]) => `${name} = ${value}\n`)
        .join('')}`,
  )
  writeFileSync(conf, `${readFileSync(conf, 'utf8')}\n${more.join('\n')}`)
  const deployment = readFileSync(join(root, 'etc/service/api-paste.ini'), 'utf8')
  writeFileSync(join(folder, 'api-paste.ini'), edit(deployment))
  return { folder, conf }
}
