// The last step of `npm run build`: puts the modules of src/ into few files, as reading and linking a hundred and
// fifty of them is most of what a start costs. What others import or name (the entries) is where tsc has put it, and
// is the same module to everyone; all else moves into dist/chunks, by the processes that load it. Without this step
// dist/ works as well, file by file: `tsc -p tsconfig.build.json` alone is what one builds with while one writes.
import { copyFileSync, readdirSync, rmSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { rolldown } from 'rolldown'

const src = fileURLToPath(new URL('../src/', import.meta.url))
const dist = fileURLToPath(new URL('../dist/', import.meta.url))

/** Files that somebody outside names: package.json, setup.cfg, bin/. Those that a URL in the code leads to are found. */
const entries = [
  /^errors\.ts$/,
  /^[a-z]+\/index\.ts$/,
  /^db\/migrations\/index\.ts$/,
  /^api\/extensions\/filter-factory\.ts$/,
  /^service\/.*\.ts$/,
  /^middleware\/[^/]+\.ts$/,
  /^paste\/(?:cascade|foreign|nova-urlmap|strategy|urlmap)\.ts$/,
  /^cli\/main\.ts$/,
  /^config\/tools\.ts$/,
  /^db\/commands\/db-manage\.ts$/,
  /^entrypoints\/run-main\.ts$/,
  /^launch\/wsgi-script\.ts$/,
]

/**
 * The one package that is put in, too: its three hundred modules take 100 ms to load one by one, and 20 as one file. Who imports it
 * himself has one of his own; its builders understand each other, as they are told by their methods.
 */
const bundled = 'kysely'
const isBundled = (id) => id.includes(`/node_modules/${bundled}/`)

const isEntry = (file) => entries.some((pattern) => pattern.test(file))

/**
 * The chunks, each with what its processes begin with: commands, those that look names up, those that read the configuration, masters of workers, workers, and in them the filters. What a
 * master shares with the workers is in `service`. A chunk needs only those before it, and a master no code that serves.
 */
const begins = {
  script: ['entrypoints/run-main.ts'],
  names: ['entrypoints/load.ts', 'entrypoints/aliases.ts', 'entrypoints/project-folder.ts'],
  options: ['service/opts.ts', 'service/deployment.ts', 'service/version.ts', 'config/index.ts'],
  master: [
    'service/cmd/server.ts',
    'launch/serve-app.ts',
    'launch/master/supervisor.ts',
    'launch/master/process-vessel.ts',
    'log/pino-logger.ts',
  ],
  worker: ['launch/worker/main.ts', 'launch/paste-service.ts', 'log/pino-logger.ts', 'http/index.ts'],
  // Those of most pipelines. The others are loaded by who names them.
  filters: [
    'middleware/auth-token.ts',
    'middleware/catch-errors.ts',
    'middleware/cors.ts',
    'middleware/healthcheck.ts',
    'middleware/http-proxy-to-wsgi.ts',
    'middleware/keystone-context.ts',
    'middleware/no-auth.ts',
    'middleware/prefix.ts',
    'middleware/request-id.ts',
    'middleware/request-log.ts',
    'middleware/sizelimit.ts',
    'paste/strategy.ts',
  ],
  // What names of tables and URLs need: no database.
  tables: ['db/index.ts'],
  // What commands and services need of a database, and the one that most begin with.
  database: ['db/migrations/engine.ts', 'db/migrations/load-revisions.ts', 'db/dialects/sqlite.ts'],
  // What the API of the service is made of.
  api: ['service/api/v1.ts', 'entrypoints/driver-manager.ts'],
  installed: ['entrypoints/installed.ts'],
  look: ['cli/list-entry-points.ts'],
}

/** Each module with those that it imports when it is loaded. */
const imports = new Map()

const graph = {
  name: 'graph',
  moduleParsed: ({ id, importedIds }) => void imports.set(id, importedIds),
}

/** All that is loaded with these files. */
function reach(files) {
  const found = new Set(files.map((file) => join(src, file)))
  for (const id of found) for (const one of imports.get(id) ?? []) found.add(one)
  return found
}

let chunkNames = null

function chunkOf(id) {
  chunkNames ??= nameChunks()
  return chunkNames.get(id) ?? null
}

function nameChunks() {
  const { script, names, options, master, worker, filters, tables, database, api, installed, look } =
    Object.fromEntries(Object.entries(begins).map(([name, files]) => [name, reach(files)]))
  const nameOf = (id) => {
    if (isBundled(id)) return bundled
    if (script.has(id)) return 'script'
    if (names.has(id)) return 'names'
    if (options.has(id)) return 'options'
    if (master.has(id)) return worker.has(id) || filters.has(id) || api.has(id) ? 'service' : 'master'
    if (worker.has(id)) return 'worker'
    if (filters.has(id)) return 'filters'
    if (installed.has(id)) return 'installed'
    if (tables.has(id)) return 'tables'
    if (database.has(id)) return 'database'
    if (api.has(id)) return 'api'
    return look.has(id) ? 'look' : null
  }
  const chunks = new Map([...imports.keys()].map((id) => [id, nameOf(id)]))
  for (const id of started) chunks.set(id, null)
  return chunks
}

/** Begins of processes and threads, which nobody else may load. */
const started = new Set()

const relativeUrl = /new URL\((['"])(\.[^'"]*)\1, import\.meta\.url\)/g
const absoluteUrl = /new URL\((['"])(file:[^'"]+)\1, import\.meta\.url\)/g

/** `new URL('./x.js', import.meta.url)` leads to the same file from wherever the module has gone. */
const urls = {
  name: 'urls',
  transform(code, id) {
    if (!id.startsWith(src) || code.search(relativeUrl) < 0) return null
    const home = pathToFileURL(join(dist, relative(src, id)))
    const moved = code.replaceAll(relativeUrl, (_, quote, to) => {
      const url = new URL(to, home)
      const fileName = relative(dist, fileURLToPath(url))
      if (fileName.endsWith('.js')) {
        const module = join(src, fileName.replace(/js$/, 'ts'))
        started.add(module)
        this.emitFile({ type: 'chunk', id: module, fileName })
      }
      return `new URL('${url.href}', import.meta.url)`
    })
    return { code: moved, map: null }
  },
  renderChunk(code, { fileName }) {
    if (code.search(absoluteUrl) < 0) return null
    const home = dirname(join(dist, fileName))
    const moved = code.replaceAll(absoluteUrl, (_, quote, url) => {
      const path = relative(home, fileURLToPath(url)).replace(/^(?!\.)/, './') + (url.endsWith('/') ? '/' : '')
      return `new URL(${JSON.stringify(path)}, import.meta.url)`
    })
    return { code: moved, map: null }
  },
}

const filesOf = (folder) => readdirSync(folder, { recursive: true, encoding: 'utf-8' })

const input = filesOf(src).filter(isEntry)
const bundle = await rolldown({
  input: Object.fromEntries(input.map((file) => [file.replace(/\.ts$/, ''), join(src, file)])),
  external: (id) => !id.startsWith('.') && !id.startsWith('/') && id !== bundled,
  platform: 'node',
  plugins: [graph, urls],
  // They have a chunk already, with what else its processes begin with.
  checks: { ineffectiveDynamicImport: false },
})
const before = filesOf(dist).filter((file) => file.endsWith('.js'))
const { output } = await bundle.write({
  dir: dist,
  format: 'esm',
  sourcemap: true,
  entryFileNames: '[name].js',
  chunkFileNames: 'chunks/[name].js',
  codeSplitting: {
    groups: [
      bundled,
      'script',
      'names',
      'options',
      'service',
      'master',
      'worker',
      'filters',
      'installed',
      'tables',
      'database',
      'api',
      'look',
    ].map((name, index) => ({
      name,
      test: (id) => chunkOf(id) === name,
      priority: 20 - index,
    })),
  },
})
await bundle.close()
// What its license asks for.
copyFileSync(join(dirname(src), 'node_modules', bundled, 'LICENSE'), join(dist, 'chunks', `${bundled}.LICENSE`))
const written = new Set(output.map(({ fileName }) => fileName))
for (const file of before.filter((file) => !written.has(file))) {
  rmSync(join(dist, file))
  rmSync(join(dist, `${file}.map`), { force: true })
}
// tsc must not take these files for its own: its next run writes all of them again.
rmSync(join(dist, '.tsbuildinfo'), { force: true })
