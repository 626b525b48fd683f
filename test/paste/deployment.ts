// A deployment file in a folder of its own, with a project whose modules stand beside it.
import { mkdtempSync, realpathSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Deployment {
  readonly folder: string
  readonly file: string
  readonly uri: string
}

/** @param modules file name → source, beside the deployment file */
export function deployment(ini: string, modules: Readonly<Record<string, string>> = {}): Deployment {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'slipway-deployment-')))
  const file = join(folder, 'api-paste.ini')
  writeFileSync(file, ini)
  writeFileSync(join(folder, 'package.json'), '{"name": "shop", "type": "module"}')
  for (const [name, source] of Object.entries(modules)) writeFileSync(join(folder, name), source)
  return { folder, file, uri: `config:${file}` }
}

/** Factories that the tests share: an app that answers with its settings, a filter that adds its mark to a header. */
export const shop = `
export const appFactory = (globalConf, settings, context) => (req) => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ section: context.section, settings: { ...settings }, path: req.scriptName + '|' + req.pathInfo }),
})
export const filterFactory = (globalConf, settings) => (app) => async (req) => {
  const response = await app(req)
  response.headers.marks = (settings.mark ?? '?') + (response.headers.marks ?? '')
  return response
}
export const closing = (globalConf, settings, context) => {
  context.onClose(() => { globalThis.closed ??= []; globalThis.closed.push(context.name) })
  return (app) => app
}
`
