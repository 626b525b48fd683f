// An extension of an API for a project that is there: its module, its test, and the filter of the deployment file that serves
// extensions. Text to text; touches no disk.
import type { Language } from './code.ts'

/** `os-documents` is `OsDocuments`: what a file of this name has to export. */
export function className(name: string): string {
  return name
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')
}

export function renderExtension(name: string, updated: string, { isTypeScript }: Language): string {
  const types = (text: string) => (isTypeScript ? text : '')
  const type = className(name)
  const more = types(', type Call, type Controller, type MemberParams')
  return `// The extension "${name}": a collection of its own, /${name}.
import { ExtensionDescriptor, NotFound, ResourceExtension${more} } from 'slipway/api'

class ${type}Controller${types(' implements Controller')} {
  #items = new Map${types('<string, { id: string; name: string }>')}([['1', { id: '1', name: 'the first' }]])

  /** GET /${name} */
  index() {
    return { items: [...this.#items.values()] }
  }

  /** GET /${name}/{id} */
  show({ params: { id } }${types(': Call<MemberParams>')}) {
    const item = this.#items.get(id)
    if (item === undefined) throw new NotFound(\`There is no item \${id}.\`)
    return { item }
  }

  /** POST /${name} {"item": {"name": …}}; create, update and delete are served where a controller has them. */
  create({ body }${types(': Call<MemberParams, { item: { name: string } }>')}) {
    const item = { id: String(this.#items.size + 1), name: body.item.name }
    this.#items.set(item.id, item)
    return { item }
  }

  /** Actions with routes of their own, as ${type} names them. */
  custom = {
    count: () => ({ count: this.#items.size }),
  }
}

export class ${type} extends ExtensionDescriptor {
  getName() {
    return '${type}'
  }

  /** Its id in /extensions. */
  getAlias() {
    return '${name}'
  }

  getDescription() {
    return 'Items, by the number'
  }

  getUpdated() {
    return '${updated}'
  }

  ${types('override ')}getResources() {
    return [new ResourceExtension('${name}', new ${type}Controller(), { collectionActions: { count: 'GET' } })]
  }
}
`
}

/** `module` is the path of the extension from the test. */
export function renderExtensionTest(name: string, module: string): string {
  return `// The extension "${name}" in front of an API that has nothing else.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ExtensionManager, extensionFilter } from 'slipway/api'
import { inject, text } from 'slipway/http'
import { ${className(name)} } from '${module}'

const manager = await ExtensionManager.load({ descriptors: [${className(name)}] })
const app = extensionFilter(manager)(() => text('the API'))

test('serves its collection', async () => {
  const body = JSON.stringify({ item: { name: 'the second' } })
  const headers = { 'content-type': 'application/json' }
  const created = await inject(app, { method: 'POST', path: '/${name}', headers, body })
  assert.equal(created.status, 201)
  const shown = await inject(app, { path: '/${name}/2' })
  assert.deepEqual(shown.json(), { item: { id: '2', name: 'the second' } })
  const counted = await inject(app, { path: '/${name}/count' })
  assert.deepEqual(counted.json(), { count: 2 })
})

test('says what is not there', async () => {
  const response = await inject(app, { path: '/${name}/9' })
  assert.equal(response.status, 404)
})

test('is in the list of extensions', async () => {
  const response = await inject(app, { path: '/extensions/${name}' })
  assert.equal(response.status, 200)
})
`
}

/** Of a deployment file: what it is with the filter, and whether the pipeline has it. */
export interface WithExtensions {
  readonly text: string
  readonly isWired: boolean
}

/** The filter goes before the app, in the only pipeline that there is; of several nobody knows which is meant. */
export function withExtensions(deployment: string): WithExtensions {
  if (/^use *[=:] *egg:slipway#extensions\s*$/mu.test(deployment)) return { text: deployment, isWired: true }
  const text = `${deployment.trimEnd()}

# Extensions of the API: those of installed packages, this one's too.
[filter:extensions]
use = egg:slipway#extensions
`
  const pipelines = [...text.matchAll(/^(pipeline *[=:] *)(\S.*)$/gmu)]
  const [only] = pipelines
  if (only === undefined || pipelines.length > 1) return { text, isWired: false }
  const [line, key = '', value = ''] = only
  const words = value.trim().split(/\s+/u)
  return { text: text.replace(line, () => `${key}${words.toSpliced(-1, 0, 'extensions').join(' ')}`), isWired: true }
}
