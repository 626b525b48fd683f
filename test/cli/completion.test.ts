// What the shells' functions are answered, and the functions themselves: in real shells on a real terminal.
import { chmodSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { projectFolder } from '../entrypoints/project-folder.ts'
import { hasProgram, hasPty, openPty, type Pty } from './pty.ts'
import { project, shop, slipway, slipwayInProcess } from './slipway.ts'

/** The words offered for the last of these. */
async function offered(...words: string[]): Promise<string[]> {
  const { status, stdout, stderr } = await slipwayInProcess(['complete', ...words])
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return stdout.split('\n').flatMap((line) => (line === '' ? [] : [line.split('\t', 1)[0] ?? '']))
}

describe('slipway complete', () => {
  it.each([
    [['sho'], ['show']],
    [['st'], ['start-chain', 'status', 'stop']],
    [['--'], ['--help', '--version']],
    [['help', 'expl'], ['explain']],
    [
      ['help', 'config', 's'],
      ['show', 'sample'],
    ],
    [
      ['config', ''],
      ['show', 'get', 'validate', 'sample', 'docs'],
    ],
    [['config', '-'], ['--help']],
    [['config', 'nothing', ''], []],
    [['nothing', ''], []],
    [['graph', 'x.ini', '--fo'], ['--format']],
    [
      ['graph', '--format', ''],
      ['tree', 'mermaid', 'dot', 'json'],
    ],
    [['graph', '--format=m'], ['--format=mermaid']],
    [['graph', '--format', 'tree', 'x.ini', '--fo'], []],
    [
      ['inject', 'x.ini', 'P'],
      ['POST', 'PUT', 'PATCH'],
    ],
    [
      ['inject', 'x.ini', 'GET', '/', '-H', 'a: b', '--h'],
      ['--header', '--help'],
    ],
    [['log-level', 'D'], ['DEBUG']],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['explain', 'SLIPWAY_LOG'], ['SLIPWAY_LOG_FILE']],
    [['serve', 'x.ini', '--w'], ['--workers']],
    [['explain', 'SLIPWAY_USAGE', ''], ['--help']],
    [['serve', 'x.ini', '--config-file', ''], [':files']],
    [['list', '--manifest', ''], [':files']],
    [['check', 'one.ini', ''], [':files']],
  ])('offers for %j %j', async (words, expected) => {
    expect(await offered(...words)).toEqual(expected)
  })

  it.each([
    [
      ['run', ''],
      ['shop-manage', 'shop-worker'],
    ],
    [['run', 'shop-manage', '--'], [':files']],
    [['start-chain', 'shop-w'], ['shop-worker']],
    [
      ['list', '--group', 'paste'],
      ['paste.app_factory', 'paste.filter_factory'],
    ],
    [
      ['export', 'systemd', '--command', ''],
      ['shop-manage', 'shop-worker'],
    ],
    [['show', 'api-p'], [':files']],
    [
      ['show', 'api-paste.ini'],
      ['shop', 'api', 'versions', 'versionsapp', 'goods', 'stock'].map((name) => `api-paste.ini#${name}`),
    ],
    [
      ['show', 'api-paste.ini#v'],
      ['api-paste.ini#versions', 'api-paste.ini#versionsapp'],
    ],
    [
      ['config', 'get', 'shop.'],
      ['shop.tax', 'shop.admin_password'],
    ],
    [['config', 'validate', '--exclude-group', 'sh'], ['shop']],
    [['config', 'sample', '--namespace', 'sh'], ['shop']],
    [['run', '--manifest', project, 'service-s'], ['service-server']],
  ])('knows the project: for %j %j', async (words, expected) => {
    expect(await offered(...words)).toEqual(expected)
  })

  it('says what a word means, in one line', async () => {
    const { stdout } = await slipwayInProcess(['complete', 'run', 'shop-m'])
    expect(stdout).toBe('shop-manage\tshop.cmd.manage:main\n')
  })

  it.each([
    ['no manifest', {}],
    ['a broken one', { 'setup.cfg': 'x\n' }],
    [
      'options that do not load',
      {
        'setup.cfg': '[entry_points]\nslipway.config =\n    shop = ./o.js:groups\n',
        'o.js': 'console.log("noise")\nthrow 1\n',
      },
    ],
  ])('is silent about %s', async (_, files) => {
    const cwd = projectFolder({ 'package.json': '{"type":"module"}', ...files })
    for (const words of [['run', ''], ['show', 'x.ini#'], []]) {
      expect(await slipwayInProcess(['complete', ...words], { cwd })).toMatchObject({ status: 0, stderr: '' })
    }
    const { status, stdout, stderr } = await slipway(['complete', 'config', 'get', ''], { cwd })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).not.toContain('noise')
  })
})

describe('slipway completion', () => {
  it('tells which shells there are', async () => {
    expect(await slipwayInProcess(['completion', 'bsh'])).toEqual({
      status: 64,
      stdout: '',
      stderr:
        'error SLIPWAY_USAGE: there is no completion for "bsh"; expected one of bash, zsh, fish; close names: bash, zsh\n  see: slipway completion --help\n',
    })
  })
})

// A line is given up by Ctrl-U: an interrupt that comes while the shell's function ends may be lost with the prompt.
const prompt = /ready> $/u

/** A shell in the fixture's folder that reads `rc` first, with `slipway` on its PATH. */
function shell(command: (folder: string) => string, files: Readonly<Record<string, string>> = {}): Pty {
  const folder = projectFolder({
    'bin/slipway': `#!/bin/sh\nexec "${process.execPath}" "${project}bin/slipway.js" "$@"\n`,
    'home/x': '',
    ...files,
  })
  chmodSync(join(folder, 'bin/slipway'), 0o755)
  const { NO_COLOR: _no, FORCE_COLOR: _force, NODE_OPTIONS: _options, ...outer } = process.env
  const path = `${join(folder, 'bin')}${delimiter}${process.env.PATH}`
  return openPty(command(folder), {
    cwd: shop,
    env: { ...outer, PATH: path, HOME: join(folder, 'home'), TERM: 'xterm' },
  })
}

const bashrc = `PS1='ready> '
bind 'set enable-bracketed-paste off'
stty cols 200
source <(slipway completion bash)
`

async function bash(): Promise<Pty> {
  const pty = shell((folder) => `bash --noprofile --rcfile ${folder}/bashrc -i`, { bashrc })
  await pty.until(prompt)
  return pty
}

// Without script(1) of util-linux there is no terminal to type on.
describe.skipIf(!hasPty)('a session in bash', () => {
  it('completes verbs, flags, names of the project, objects of files', async () => {
    const pty = await bash()
    pty.write('slipway gra\t')
    await pty.until(/slipway graph $/u)
    pty.write('api-pas\t')
    await pty.until(/api-paste\.ini/u)
    pty.write('\b#sho\t')
    await pty.until(/#shop $/u)
    pty.write('--for\t')
    await pty.until(/--format $/u)
    pty.write('mer\t')
    await pty.until(/mermaid $/u)
    pty.write('\n')
    await pty.until(/flowchart|graph /u)
    await pty.until(prompt)
    pty.write('slipway run shop-m\t')
    await pty.until(/shop-manage $/u)
    pty.write('\u0015slipway st\t\t')
    await pty.until(/start-chain +status +stop/u)
    pty.write('\u0015exit 0\n')
    expect(await pty.end()).toBe(0)
  })

  it('completes what stands after signs that end a word for bash', async () => {
    const pty = await bash()
    pty.write('slipway graph config:api-paste.ini#sh\t')
    await pty.until(/config:api-paste\.ini#shop $/u)
    pty.write('--format=mer\t')
    await pty.until(/--format=mermaid $/u)
    pty.write('\u0015exit 0\n')
    expect(await pty.end()).toBe(0)
  })

  it('has colours on the terminal, none with NO_COLOR, and in a pipe only with FORCE_COLOR', async () => {
    const pty = await bash()
    const said = async (line: string): Promise<string> => {
      pty.write(`${line}; echo "end"ed\n`)
      await pty.until(/\n/u)
      const text = await pty.until(/ended\r?\n/u)
      // What is typed before the prompt is there would be echoed twice.
      await pty.until(prompt)
      return text
    }
    const bold = '\u001B[1mshop-manage'
    expect(await said('slipway list')).toContain(bold)
    expect(await said('NO_COLOR=1 slipway list')).not.toContain('\u001B[')
    expect(await said('TERM=dumb slipway list')).not.toContain('\u001B[')
    expect(await said('slipway list | cat')).not.toContain('\u001B[')
    expect(await said('FORCE_COLOR=1 slipway list | cat')).toContain(bold)
    expect(await said('slipway lst')).toContain('\u001B[31merror\u001B[39m SLIPWAY_USAGE')
    expect(await said('slipway lst 2>&1 | cat')).toContain(
      'error SLIPWAY_USAGE: unknown command "lst"; close names: list',
    )
    pty.write('exit 0\n')
    expect(await pty.end()).toBe(0)
  })
})

// zsh and fish are not everywhere: what is not installed cannot be run.
describe.skipIf(!hasPty || !hasProgram('zsh'))('a session in zsh', () => {
  it('completes verbs, names of the project, objects of files', async () => {
    const zshrc =
      "PROMPT='ready> '\nsetopt nobeep\nzle_highlight=(none)\nautoload -Uz compinit && compinit -u -D\nsource <(slipway completion zsh)\n"
    const pty = shell((folder) => `env ZDOTDIR=${folder} zsh -i`, { '.zshrc': zshrc })
    await pty.until(/ready> /u)
    pty.write('slipway gra\t')
    await pty.until(/graph /u)
    pty.write('api-paste.ini#stoc\t')
    await pty.until(/#stock /u)
    pty.write('\u0015slipway run shop-m\t')
    await pty.until(/shop-manage /u)
    pty.write('\u0015exit 0\n')
    expect(await pty.end()).toBe(0)
  })
})

describe.skipIf(!hasProgram('fish'))('fish', () => {
  it('is offered verbs, names of the project, objects of files', async () => {
    const { stdout } = await slipwayInProcess(['completion', 'fish'])
    const ask = (line: string) => `complete -C ${JSON.stringify(line)}`
    const lines = [
      'slipway gra',
      'slipway run shop-m',
      'slipway show api-paste.ini#stoc',
      'slipway serve x.ini --config-file shop.c',
    ].map(ask)
    const pty = shell((folder) => `fish --no-config ${folder}/ask.fish`, { 'ask.fish': [stdout, ...lines].join('\n') })
    await pty.until(/graph\tDraw/u)
    await pty.until(/shop-manage\tshop\.cmd/u)
    await pty.until(/api-paste\.ini#stock\tapp:stock/u)
    await pty.until(/shop\.conf/u)
    expect(await pty.end()).toBe(0)
  })
})
