// Where npm installs globally: the `prefix` of the .npmrc chain, read by npm's own ini reader, else
// the folder above the running node.
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { npmIni } from '../lazy-packages.ts'

let known: string | undefined

/** `<prefix>/lib/node_modules` of the user's npm; kept for the life of the process. */
export function npmGlobalFolder(): string {
  known ??= join(npmPrefix(homedir(), dirname(dirname(process.execPath))), 'lib', 'node_modules')
  return known
}

/** The user's .npmrc beats the global one in `<prefix>/etc/npmrc`, as in npm. `${VAR}` in it is npm's to expand: not taken. */
export function npmPrefix(home: string, besideNode: string): string {
  for (const file of [join(home, '.npmrc'), join(besideNode, 'etc', 'npmrc')]) {
    if (!existsSync(file)) continue
    const { prefix } = npmIni().parse(readFileSync(file, 'utf-8'))
    if (typeof prefix === 'string' && prefix !== '' && !prefix.includes('${')) return prefix.replace(/^~(?=\/)/u, home)
  }
  return besideNode
}
