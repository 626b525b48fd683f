import { describe, expect, it } from 'vitest'
import { checkFile } from '../../src/paste/check.ts'
import { deployment, shop } from './deployment.ts'

const told = async (ini: string, modules: Record<string, string> = { 'shop.js': shop }, options = {}) => {
  const problems = await checkFile(deployment(ini, modules).file, options)
  return problems.map(({ severity, code, where }) => `${severity} ${code.replace('SLIPWAY_', '')} ${where?.line}`)
}

const app = '[app:app]\npaste.app_factory = shop:app_factory\n'

describe('check', () => {
  it('finds nothing wrong with a sound file', async () => {
    expect(
      await told(`[pipeline:main]\npipeline = log app\n[filter:log]\nuse = egg:slipway#request_log\n${app}`),
    ).toEqual([])
  })

  it.each([
    ['every bad line', '[app:a]\nbad\nworse\n', ['error INI_SYNTAX 2', 'error INI_SYNTAX 3']],
    ['sections that nobody asks for', `${app}[app:b]\nuse = nowhere\n`, ['error PASTE_SECTION_MISSING 4']],
    ['factories that are not there', `${app}[app:b]\npaste.app_factory = shop.x:f\n`, ['error REFERENCE_MODULE 4']],
    [
      'settings that our filters do not know',
      `${app}[pipeline:p]\npipeline = c app\n[filter:c]\nuse = egg:slipway#cors\nallowed_origins = *\n`,
      ['error PASTE_SETTING 7'],
    ],
    [
      'names in every pipeline of a strategy',
      `${app}[composite:s]\nuse = egg:slipway#pipeline_by_auth\nnoauth = lgo app\nkeystone = ap\n`,
      ['error PASTE_SECTION_MISSING 5', 'error PASTE_SECTION_MISSING 6'],
    ],
    ['comments in values', `${app}colour = red  # or blue\n`, ['warning PASTE_COMMENT 3']],
    [
      'two mounts at one place',
      `${app}[composite:m]\nuse = egg:Paste#urlmap\n/a: app\n/a/: app\n`,
      ['warning PASTE_MOUNT 6'],
    ],
    ['mounts that are none', `${app}[composite:m]\nuse = egg:Paste#urlmap\ndomain = app\n`, ['error PASTE_MOUNT 5']],
    [
      'filters that nothing refers to',
      `${app}[filter:gzip]\npaste.filter_factory = shop:filter_factory\n`,
      ['warning PASTE_UNUSED 3'],
    ],
    ['lone percent signs', `${app}rate = 100%\n`, ['error INI_INTERPOLATION 3']],
    ['settings that [DEFAULT] hides', `[DEFAULT]\ncolour = blue\n${app}colour = red\n`, ['warning PASTE_SHADOWED 5']],
  ])('finds %s', async (_, ini, wanted) => {
    expect(await told(ini)).toEqual(wanted)
  })

  it('checks one app alone when it is named', async () => {
    expect(await told(`${app}[app:b]\nuse = nowhere\n`, undefined, { name: 'app' })).toEqual([])
  })

  it('imports the code of the user only when asked to', async () => {
    const modules = { 'shop.js': 'throw new Error("it ran")\n' }
    expect(await told(app, modules)).toEqual([])
    expect(await told(app, modules, { imports: true })).toEqual(['error REFERENCE_THREW 2'])
  })
})
