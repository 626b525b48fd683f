// Which modules of src/ a file of dist/ holds: tsc writes a file for each, the bundle (tools/bundle.js) puts many into a
// chunk and names each in a comment.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const dist = new URL('../dist/', import.meta.url).href

/** As `entrypoints/run-main`, sorted; of URLs that lie elsewhere nothing. */
export function modulesIn(urls: readonly string[]): string[] {
  return [...new Set(urls.filter((url) => url.startsWith(dist)).flatMap(modulesOf))].toSorted()
}

function modulesOf(url: string): string[] {
  const code = readFileSync(fileURLToPath(url), 'utf-8')
  const held = [...code.matchAll(/^\/\/ src\/(.+)\.ts$/gmu)].map(([, name = '']) => name)
  const own = url.slice(dist.length).replace(/\.js$/u, '')
  return held.length > 0 || own.startsWith('chunks/') ? held : [own]
}

/** The packages that files at these URLs are of; one that is put into the bundle whole (tools/bundle.js) is one, too. */
export function packagesIn(urls: readonly string[]): string[] {
  const names = urls.flatMap((url) => {
    if (url === `${dist}chunks/kysely.js`) return ['kysely']
    return /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//u.exec(url)?.[1] ?? []
  })
  return [...new Set(names)]
}
