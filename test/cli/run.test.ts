import { describe, expect, it } from 'vitest'
import { projectFolder } from '../entrypoints/project-folder.ts'
import { project, shop, slipway } from './slipway.ts'

const told = (argv: readonly string[]) => `${JSON.stringify({ argv, argv1: 'shop-manage', rest: argv })}\n`

describe('slipway run', () => {
  it('gives the script its arguments, in argv too', async () => {
    for (const args of [
      ['--', 'count', '--all', '-x', '--', 'y'],
      ['count', '--all', '-x', '--', 'y'],
    ]) {
      const outcome = await slipway(['run', 'shop-manage', ...args])
      const argv = ['count', '--all', '-x', '--', 'y']
      expect(outcome).toEqual({ status: 0, stdout: told(argv), stderr: '' })
    }
  })

  it('takes no flag of the script for its own', async () => {
    const { stdout } = await slipway(
      ['run', '--manifest', shop, 'shop-manage', '--manifest', 'x', '--help', '--stand-in'],
      { cwd: '/' },
    )
    expect(stdout).toBe(told(['--manifest', 'x', '--help', '--stand-in']))
  })

  it.each([
    [['nothing'], 0, ''],
    [['number', '0'], 0, ''],
    [['number', '3'], 3, ''],
    [['number', '-1'], 255, ''],
    [['text'], 1, 'the stock is empty\n'],
  ])('%j ends as sys.exit has it', async (args, status, stderr) => {
    expect(await slipway(['run', 'shop-manage', ...args])).toEqual({ status, stderr, stdout: told(args) })
  })

  it('shows what the script throws with its own frames only', async () => {
    const { status, stderr } = await slipway(['run', 'shop-manage', 'throw'])
    expect(status).toBe(1)
    expect(stderr).toMatch(/^Error: the till is jammed\n {4}at main \(.*shop\/cmd\/manage\.mjs:\d+:\d+\)/u)
    expect(stderr).not.toMatch(/node:internal|\/dist\/|node_modules/u)
  })

  it('tells the names there are for one that is not', async () => {
    const { status, stdout, stderr } = await slipway(['run', 'shop-mange'])
    expect({ status, stdout }).toEqual({ status: 64, stdout: '' })
    expect(stderr).toBe(
      'error SLIPWAY_USAGE: there is no console script "shop-mange"; close names: shop-manage\n' +
        '  see: slipway list --group console_scripts\n',
    )
    const other = await slipway(['run', 'goods'])
    expect(other.stderr).toContain('"goods" is no console script but an entry of paste.app_factory; close names: ')
  })

  it('tells where the module of a script was looked for', async () => {
    const { status, stderr } = await slipway(['run', 'shop-worker'])
    expect(status).toBe(78)
    expect(stderr).toContain('SLIPWAY_REFERENCE_MODULE: cannot find module "shop.cmd.worker"\n  setup.cfg:8:19')
  })

  it('refuses what is no function', async () => {
    const cwd = projectFolder({
      'setup.cfg': '[entry_points]\nconsole_scripts =\n    a = shop:answer\n',
      'shop.mjs': 'export const answer = 42\n',
    })
    const { status, stderr } = await slipway(['run', 'a'], { cwd })
    expect(status).toBe(78)
    expect(stderr).toContain('SLIPWAY_REFERENCE_NOT_CALLABLE: "shop:answer" is no function\n  setup.cfg:3:9')
  })

  it('runs the command of this package too', async () => {
    const { status, stdout } = await slipway(['run', 'slipway', '--', '--version'], { cwd: project })
    expect({ status, stdout: /^\d+\.\d+\.\d+\n$/u.test(stdout) }).toEqual({ status: 0, stdout: true })
  })
})
