import { describe, expect, it } from 'vitest'
import { projectFolder } from '../entrypoints/project-folder.ts'
import { project, slipway, slipwayInProcess } from './slipway.ts'

async function graph(args: readonly string[], options: Parameters<typeof slipwayInProcess>[1] = {}): Promise<string> {
  const { status, stdout, stderr } = await slipwayInProcess(['graph', ...args], options)
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return stdout
}

describe('slipway graph', () => {
  it('draws a tree in ASCII for whoever is no terminal', async () => {
    expect(await graph(['api-paste.ini#shop'])).toMatchInlineSnapshot(`
      "shop  api-paste.ini:4
      +- /          versions: request_id > versionsapp
      +- /v1        api  takes keystone by default
      |             +-   noauth    http_proxy_to_wsgi > price > goods
      |             \`- * keystone  http_proxy_to_wsgi > authtoken? > price > goods
      \`- /v1/stock  stock: price > stock

      ? the factory was not found: slipway check tells where it was looked for
      "
    `)
  })

  it('draws it in Unicode for a terminal, no wider than that', async () => {
    const options = { isTTY: true, columns: 60, env: { NO_COLOR: '1' } }
    const tree = await graph(['api-paste.ini#shop', '--flavour', 'noauth'], options)
    expect(tree).toMatchInlineSnapshot(`
      "shop  api-paste.ini:4
      ├─ /          versions: request_id > versionsapp
      ├─ /v1        api  takes noauth by --flavour
      │             ├─ ● noauth    http_proxy_to_wsgi > price
      │             │                > goods
      │             └─ ○ keystone  http_proxy_to_wsgi > authtoken?
      │                              > price > goods
      └─ /v1/stock  stock: price > stock

      ? the factory was not found: slipway check tells where it was looked for
      "
    `)
  })

  it('breaks a pipeline that is longer than the terminal is wide', async () => {
    const cwd = projectFolder({ 'api.ini': pipelineOf(12) })
    const tree = await graph(['api.ini'], { cwd, isTTY: true, columns: 40, env: { NO_COLOR: '1' } })
    const [legend, ...drawn] = tree.trimEnd().split('\n').toReversed()
    expect(legend).toMatch(/^\? the factory/u)
    expect(drawn.length).toBeGreaterThan(4)
    expect(drawn.filter((line) => line.length > 40 && !line.includes('api.ini:'))).toEqual([])
    expect(await graph(['api.ini'], { cwd })).toMatch(/^main: filter0\? > .* > filter11\? > x\? {2}api\.ini:1\n/u)
  })

  it('marks what is broken', async () => {
    const cwd = projectFolder({
      'api.ini': '[pipeline:main]\npipeline = gone x\n[app:x]\npaste.app_factory = ./x.mjs:x\n',
    })
    const { status, stdout, stderr } = await slipwayInProcess(['graph', 'api.ini'], { cwd })
    expect(status).toBe(78)
    expect(stdout).toContain('main: ! gone > x?')
    expect(stdout).toContain('! cannot be described')
    expect(stderr).toContain('there is no filter "gone"')
    const dot = await slipwayInProcess(['graph', 'api.ini', '--format', 'dot'], { cwd })
    expect(dot.stdout).toContain('label="gone", shape=box, color=red')
    const mermaid = await slipwayInProcess(['graph', 'api.ini', '--format', 'mermaid'], { cwd })
    expect(mermaid.stdout).toContain('class n1 broken')
  })

  it('writes Mermaid, with dotted arrows to what is not taken', async () => {
    expect(await graph(['api-paste.ini#api', '--format', 'mermaid'])).toMatchInlineSnapshot(`
      "flowchart LR
        n1{{"api"}}
        n2("http_proxy_to_wsgi")
        n3("price")
        n4["goods"]
        n5("http_proxy_to_wsgi")
        n6("authtoken")
        n7("price")
        n8["goods"]
        n2 --> n3
        n3 --> n4
        n1 -.->|"noauth"| n2
        n5 --> n6
        n6 --> n7
        n7 --> n8
        n1 -->|"keystone"| n5
        classDef missing stroke-dasharray:4 3
        class n6 missing
      "
    `)
  })

  it('writes Graphviz', async () => {
    expect(await graph(['api-paste.ini#stock', '--format', 'dot'])).toMatchInlineSnapshot(`
      "digraph pipelines {
        rankdir=LR
        node [fontname="sans-serif"]
        n1 [label="price", shape=box, style=rounded]
        n2 [label="stock", shape=box]
        n1 -> n2
      }
      "
    `)
  })

  it.each(['noauth', 'keystone'])(
    'row 58: draws the way that a request takes through the live app (%s)',
    async (flavour) => {
      const target = `${project}etc/service/api-paste.ini#service`
      const given = ['--config-file', `${project}etc/service/service.conf`, '--flavour', flavour]
      const { nodes, edges } = JSON.parse(await graph([target, '--format', 'json', ...given])) as Drawn
      const env = {
        OS_DATABASE__CONNECTION: 'sqlite://',
        OS_DATABASE__AUTO_UPGRADE: 'true',
        OS_KEYSTONE_AUTHTOKEN__AUTH_URL: 'http://127.0.0.1:9',
        OS_KEYSTONE_AUTHTOKEN__USERNAME: 'service',
        OS_KEYSTONE_AUTHTOKEN__PASSWORD: 'none',
      }
      const asked = await slipway(['inject', target, 'GET', '/v1/', '--json', ...given], {
        env: { ...process.env, ...env },
      })
      const { path } = JSON.parse(asked.stdout) as { path: { section: string }[] }
      const taken = path.map(({ section }) => section)
      expect(taken.slice(0, 3)).toEqual(['composite:service', 'composite:api_v1', 'filter:request_id'])
      const sectionOf = new Map(nodes.map(({ id, section }) => [id, section]))
      const arrows = edges
        .filter((edge) => edge.taken)
        .map(({ from, to }) => `${sectionOf.get(from)} > ${sectionOf.get(to)}`)
      const steps = taken.slice(1).map((section, at) => `${taken[at]} > ${section}`)
      expect(steps.length).toBeGreaterThan(7)
      for (const step of steps) expect(arrows).toContain(step)
      // The same picture in the languages that others draw.
      const mermaid = await graph([target, '--format', 'mermaid', ...given])
      const dot = await graph([target, '--format', 'dot', ...given])
      for (const section of taken) {
        const name = section.slice(section.indexOf(':') + 1)
        expect(mermaid).toContain(`"${name}"`)
        expect(dot).toContain(`label="${name}"`)
      }
    },
  )

  it('escapes names in both languages', async () => {
    const cwd = projectFolder({ 'api.ini': '[app:a "b" <c>|\\d]\npaste.app_factory = ./x.mjs:x\n' })
    const name = 'a "b" <c>|\\d'
    expect(await graph([`api.ini#${name}`, '--format', 'mermaid'], { cwd })).toContain(
      '["a #34;b#34; #60;c#62;#124;\\d"]',
    )
    expect(await graph([`api.ini#${name}`, '--format', 'dot'], { cwd })).toContain('label="a \\"b\\" <c>|\\\\d"')
  })

  it('gives nodes and edges as JSON', async () => {
    const { nodes, edges } = JSON.parse(await graph(['api-paste.ini#api', '--format', 'json'])) as {
      nodes: Record<string, unknown>[]
      edges: Record<string, unknown>[]
    }
    expect(Object.keys(nodes[0] ?? {})).toEqual(['id', 'kind', 'name', 'section', 'where', 'problem'])
    expect(nodes.map(({ name }) => name)).toEqual([
      'api',
      'http_proxy_to_wsgi',
      'price',
      'goods',
      'http_proxy_to_wsgi',
      'authtoken',
      'price',
      'goods',
    ])
    expect(edges).toContainEqual({ from: 'n1', to: 'n2', label: 'noauth', taken: false })
    expect(edges).toContainEqual({ from: 'n1', to: 'n5', label: 'keystone', taken: true })
    expect(edges).toContainEqual({ from: 'n5', to: 'n6', label: null, taken: true })
    expect(nodes[5]).toMatchObject({ name: 'authtoken', problem: 'cannot find module "shop.token"' })
  })
})

interface Drawn {
  readonly nodes: readonly { readonly id: string; readonly section: string }[]
  readonly edges: readonly { readonly from: string; readonly to: string; readonly taken: boolean }[]
}

function pipelineOf(filters: number): string {
  const names = Array.from({ length: filters }, (_, index) => `filter${index}`)
  const sections = names.map((name) => `[filter:${name}]\npaste.filter_factory = ./x.mjs:x\n`)
  return `[pipeline:main]\npipeline = ${names.join(' ')} x\n[app:x]\npaste.app_factory = ./x.mjs:x\n${sections.join('')}`
}
