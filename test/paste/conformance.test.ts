import { mkdirSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { readDistribution } from '../../src/entrypoints/index.ts'
import { isSlipwayError } from '../../src/errors.ts'
import { type App, inject } from '../../src/http/index.ts'
import { appConfig, loadApp, type LoadAppOptions, loadFilter, loadServer } from '../../src/paste/index.ts'
import { calls, nodeOf } from '../fixtures/paste_fixture/index.mjs'

interface PasteCase {
  name: string
  quirk?: string
  files: Record<string, string>
  load: {
    fn: 'loadapp' | 'loadfilter' | 'loadserver' | 'appconfig'
    uri: string
    name?: string
    relative_to?: string | null
    global_conf?: Record<string, unknown>
  }
  expect?: unknown
  calls?: string[]
  error?: string
  requests?: { path: string; host?: string; expect: Record<string, string> }[]
}

const recorded = JSON.parse(
  readFileSync(new URL('../conformance/paste-cases.json', import.meta.url), 'utf-8'),
) as PasteCase[]
const fixture = readDistribution(fileURLToPath(new URL('../fixtures/paste_fixture', import.meta.url)))

const leaf = (local: object, extra: object = {}) => ({
  kind: 'app',
  factory: 'app_factory',
  global_conf: { here: '{dir}', __file__: '{dir}/main.ini', ...extra },
  local_conf: local,
})

/**
 * Cases with a recorded quirk where we do better, and what we answer. The other quirks are things that the original drops
 * without a word: the same is dropped here, and `check` says so.
 */
const better: Record<string, { because: string; expect: unknown }> = {
  'pipeline-call-item': {
    because: 'the manual says that call: works anywhere',
    expect: { ...leaf({}), kind: 'filter', factory: 'filter_factory', next: leaf({}) },
  },
  'use-egg-space': {
    because: 'files with a blank after egg: were shipped, and older releases took them',
    expect: { ...leaf({}), factory: 'app_factory2' },
  },
  'global-conf-percent': {
    because: 'what a program hands in is data and is not read for references',
    expect: leaf({}, { password: 'p%ss' }),
  },
  'local-conf-global-name': {
    because: 'settings are one argument here, so no name of a setting collides with a parameter',
    expect: leaf({ global_conf: '1' }),
  },
  'appconfig-imports': {
    because: 'reading settings needs no code',
    expect: {
      config: { here: '{dir}', __file__: '{dir}/main.ini' },
      global_conf: { here: '{dir}', __file__: '{dir}/main.ini' },
      local_conf: {},
    },
  },
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

async function run(one: PasteCase, dir: string): Promise<{ tree: unknown; app: App | null }> {
  const { fn, uri, name, global_conf: globalConf } = one.load
  const relativeTo = one.load.relative_to === null ? undefined : dir
  const options: LoadAppOptions = { name, globalConf, relativeTo, projects: [fixture] }
  const probe = Object.assign(() => ({ status: 200, headers: {}, body: null }), {
    node: { kind: 'app', factory: 'probe' },
  })
  switch (fn) {
    case 'loadapp': {
      const { value } = await loadApp(uri, options)
      return { tree: nodeOf(value), app: value }
    }
    case 'loadfilter': {
      const { value } = await loadFilter(uri, options)
      return { tree: nodeOf(value(probe)), app: null }
    }
    case 'loadserver': {
      const { value } = await loadServer(uri, options)
      return { tree: nodeOf(value(probe)), app: null }
    }
    case 'appconfig': {
      const { config, globalConf: global_conf, localConf: local_conf } = appConfig(uri, options)
      return { tree: { config, global_conf, local_conf }, app: null }
    }
  }
}

function caseFolder(one: PasteCase): string {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'slipway-paste-')))
  for (const [name, text] of Object.entries(one.files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true })
    writeFileSync(join(dir, name), text)
  }
  return dir
}

const inDir = (value: unknown, dir: string): unknown => JSON.parse(JSON.stringify(value).replaceAll('{dir}', dir))

describe('the recorded cases of PasteDeploy', () => {
  it('hold every case that we answer better', () => {
    const quirks = new Set(recorded.filter(({ quirk }) => quirk !== undefined).map(({ name }) => name))
    for (const name of Object.keys(better)) expect(quirks).toContain(name)
  })

  it.each(recorded.filter(({ name, error }) => error === undefined && !(name in better)))(
    '$name: builds the recorded tree',
    async (one) => {
      const dir = caseFolder(one)
      calls.length = 0
      const { tree, app } = await run(one, dir)
      expect(plain(tree)).toEqual(inDir(one.expect, dir))
      if (one.calls) expect(calls).toEqual(one.calls)
      for (const { path, host, expect: wanted } of one.requests ?? []) {
        const response = await inject(app as App, { path, ...(host === undefined ? {} : { host }) })
        expect({ status: String(response.status), ...(response.json() as object) }).toEqual({
          ...wanted,
          status: wanted.status?.slice(0, 3),
        })
      }
    },
  )

  it.each(recorded.filter(({ name, error }) => error !== undefined && !(name in better)))(
    '$name: is refused',
    async (one) => {
      const dir = caseFolder(one)
      const fault: unknown = await run(one, dir).then(
        () => null,
        (error: unknown) => error,
      )
      if (!isSlipwayError(fault)) throw fault ?? new Error('it was accepted')
      const texts = [fault.original, fault.message, fault.cause instanceof Error ? fault.cause.message : null]
      expect(texts.filter((text) => text?.includes(String(inDir(one.error, dir))))).not.toEqual([])
    },
  )

  it.each(Object.entries(better))('%s: does better', async (name, { expect: wanted }) => {
    const one = recorded.find((candidate) => candidate.name === name) as PasteCase
    const dir = caseFolder(one)
    expect(plain((await run(one, dir)).tree)).toEqual(inDir(wanted, dir))
  })
})
