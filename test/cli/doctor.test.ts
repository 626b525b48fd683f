// `slipway doctor`: a machine in which nothing is wrong, and one fault in it a row.
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { projectFolder } from '../entrypoints/project-folder.ts'
import { jsonOf, keysOf, type Outcome, slipway, slipwayInProcess } from './slipway.ts'

const manifest = {
  name: 'shop',
  version: '1.0.0',
  type: 'module',
  engines: { node: '>=20' },
  bin: { 'shop-manage': 'bin/shop-manage.js' },
  files: ['bin', 'setup.cfg', 'shop'],
}

const files = {
  'shop/package.json': JSON.stringify(manifest, null, 2),
  'shop/setup.cfg':
    '[metadata]\nname = shop\n\n[entry_points]\nconsole_scripts =\n    shop-manage = shop.manage:main\n',
  'shop/shop/manage.js': 'export const main = () => 0\n',
  'home/.npmrc': 'prefix=~/npm\n',
  'system/systemd-notify': '#!/bin/sh\necho "systemd 255 (255.4)"\n',
  'units/other.service': '[Service]\nExecStart=/nowhere/other\n',
}

interface Machine {
  readonly folder: string
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  /** What doctor says here, with the machine's folder as "". */
  readonly told: () => Promise<Outcome>
}

/** A home folder, a PATH and units of its own, with the command of the project linked into npm's prefix. */
async function machine(more: Readonly<Record<string, string>> = {}): Promise<Machine> {
  const folder = projectFolder({ ...files, ...more })
  const cwd = join(folder, 'shop')
  chmodSync(join(folder, 'system/systemd-notify'), 0o755)
  const bin = join(folder, 'home/npm/bin')
  mkdirSync(bin, { recursive: true })
  await slipwayInProcess(['scripts', '--write'], { cwd })
  // As the test has it, in step or not.
  writeFileSync(join(cwd, 'package.json'), { ...files, ...more }['shop/package.json'])
  symlinkSync('../../../shop/bin/shop-manage.js', join(bin, 'shop-manage'))
  const env = {
    HOME: join(folder, 'home'),
    PATH: `${bin}:${join(folder, 'system')}`,
    SYSTEMD_UNIT_PATH: join(folder, 'units'),
  }
  const told = async (): Promise<Outcome> => {
    const { status, stdout, stderr } = await slipwayInProcess(['doctor'], { cwd, env })
    const shown = (text: string) => text.replaceAll(folder, '').replaceAll(process.version, 'VERSION')
    return { status, stdout: shown(stdout), stderr: shown(stderr) }
  }
  return { folder, cwd, env, told }
}

describe('slipway doctor', () => {
  it('tells the facts, and ends with 0 when nothing is wrong', async () => {
    const { told } = await machine()
    expect(await told()).toMatchInlineSnapshot(`
      {
        "status": 0,
        "stderr": "",
        "stdout": "node        VERSION                      >=20, >=20.19
      npm prefix  /home/npm  /home/.npmrc:1
      systemd     255
      project     shop 1.0.0                    setup.cfg, package.json
      commands    shop-manage                   /home/npm/bin/shop-manage

      0 errors, 0 warnings
      ",
      }
    `)
  })

  it('looks the same as a process of its own', async () => {
    const { cwd, env } = await machine()
    // npm sets these for whatever it runs, a test too.
    const npm = { npm_config_prefix: '', npm_config_userconfig: '', npm_config_globalconfig: '' }
    const { status, stdout, stderr } = await slipway(['doctor'], { cwd, env: { ...env, ...npm } })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toBe((await slipwayInProcess(['doctor'], { cwd, env })).stdout)
  })

  it('has the JSON shape that is documented', async () => {
    const { cwd, env } = await machine()
    expect(keysOf(await jsonOf(['doctor'], { cwd, env }))).toMatchInlineSnapshot(`
      [
        "commands[].name",
        "commands[].path",
        "errors",
        "node.file",
        "node.ranges[]",
        "node.version",
        "npm.bin",
        "npm.isOnPath",
        "npm.origin",
        "npm.prefix",
        "problems[]",
        "project.folder",
        "project.manifests[]",
        "project.name",
        "project.version",
        "systemd.units[]",
        "systemd.version",
        "warnings",
      ]
    `)
  })

  it('is content with a folder that is no project', async () => {
    const { env } = await machine()
    const { status, stdout } = await slipwayInProcess(['doctor'], { cwd: projectFolder({}), env })
    expect(status).toBe(0)
    expect(stdout).toContain('project     none')
  })
})

describe('a fault of the machine', () => {
  it('a Node that the project does not ask for', async () => {
    const { told } = await machine({
      'shop/package.json': JSON.stringify({ ...manifest, engines: { node: '^18 || ^19' } }, null, 2),
    })
    expect(await told()).toMatchObject({ status: 78 })
    expect((await told()).stderr.replace(process.execPath, 'NODE')).toMatchInlineSnapshot(`
      "error SLIPWAY_DOCTOR_NODE: Node VERSION is none of the versions that are asked for
        package.json:6:14
        6 |     "node": "^18 || ^19"
          |              ^^^^^^^^^^ NODE, expected ^18 || ^19
        install such a Node, or set the PATH so that it comes first
        see: slipway explain SLIPWAY_DOCTOR_NODE

      "
    `)
  })

  it('a range that is none', async () => {
    const { told } = await machine({
      'shop/package.json': JSON.stringify({ ...manifest, engines: { node: 'new' } }, null, 2),
    })
    expect(await told()).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('"new" is no range of Node versions') as string,
    })
  })

  it('global commands that no shell finds', async () => {
    const { told, env, cwd, folder } = await machine({ 'shop/.npmrc': 'fund=false\nprefix=./global\n' })
    const elsewhere = { ...env, PATH: join(folder, 'system') }
    const { status, stderr } = await slipwayInProcess(['doctor'], { cwd, env: elsewhere })
    expect(status).toBe(1)
    expect(stderr.replaceAll(folder, '')).toMatchInlineSnapshot(`
      "warning SLIPWAY_DOCTOR_PATH: the folder of npm's global commands is not on the PATH
        /home/.npmrc:1:8
        1 | prefix=~/npm
          |        ^^^^^ /home/npm/bin, by /home/.npmrc:1
        add it in the profile of your shell: export PATH="/home/npm/bin:$PATH"
        see: slipway explain SLIPWAY_DOCTOR_PATH

      warning SLIPWAY_DOCTOR_PATH: the project's .npmrc sets a prefix that "npm install -g" does not take
        .npmrc:2:8
        2 | prefix=./global
          |        ^^^^^^^^ npm installs into /home/npm
        move the line to the .npmrc in your home folder, or remove it
        see: slipway explain SLIPWAY_DOCTOR_PATH

      "
    `)
    expect((await told()).stderr).not.toContain('is not on the PATH')
  })

  it('commands that are not installed, lead nowhere, are not executable or another’s', async () => {
    const { told, folder } = await machine({ 'other/package.json': '{"name":"@other/shop"}', 'other/x.js': '' })
    const link = join(folder, 'home/npm/bin/shop-manage')
    const script = join(folder, 'shop/bin/shop-manage.js')
    const linkTo = (to: string) => {
      rmSync(link)
      symlinkSync(to, link)
    }
    chmodSync(join(folder, 'other/x.js'), 0o755)
    linkTo('../../../other/x.js')
    const others = await told()
    linkTo('/nowhere')
    const dead = await told()
    rmSync(link)
    const missing = await told()
    writeFileSync(link, '')
    chmodSync(script, 0o644)
    const locked = await told()
    expect([others, dead, missing, locked].map(({ status }) => status)).toEqual([1, 78, 1, 78])
    expect([others, dead, missing, locked].map(({ stderr }) => stderr).join('')).toMatchInlineSnapshot(`
      "warning SLIPWAY_DOCTOR_COMMAND: command "shop-manage" is another program's
        setup.cfg:6:5
        6 |     shop-manage = shop.manage:main
          |     ^^^^^^^^^^^ /home/npm/bin/shop-manage comes first, of the package @other/shop
        give one of the two another name, or set the PATH so that the right one comes first
        see: slipway explain SLIPWAY_DOCTOR_COMMAND

      error SLIPWAY_DOCTOR_COMMAND: command "shop-manage" is a link to a file that is not there
        /home/npm/bin/shop-manage
        the manifest declares it in /shop/setup.cfg:6
        install the project anew
        see: slipway explain SLIPWAY_DOCTOR_COMMAND

      warning SLIPWAY_DOCTOR_COMMAND: command "shop-manage" is not installed
        setup.cfg:6:5
        6 |     shop-manage = shop.manage:main
          |     ^^^^^^^^^^^ it is neither on the PATH nor in node_modules/.bin
        install the project, or link it while you work on it: npm link; without installing it: slipway run shop-manage
        see: slipway explain SLIPWAY_DOCTOR_COMMAND

      error SLIPWAY_DOCTOR_SCRIPT: the start script of "shop-manage" is not executable
        bin/shop-manage.js
        chmod +x /shop/bin/shop-manage.js
        see: slipway explain SLIPWAY_DOCTOR_SCRIPT

      error SLIPWAY_DOCTOR_COMMAND: command "shop-manage" is not executable
        /home/npm/bin/shop-manage
        chmod +x /home/npm/bin/shop-manage
        see: slipway explain SLIPWAY_DOCTOR_COMMAND

      "
    `)
  })
})

describe('a fault of the project', () => {
  it('start scripts that are stale, missing or left over', async () => {
    const { told, folder } = await machine()
    const bin = join(folder, 'shop/bin')
    writeFileSync(join(bin, 'shop-manage.js'), '#!/usr/bin/env node\n')
    writeFileSync(join(bin, 'shop-sell.js'), '// Made from the entry "shop-sell" of console_scripts in setup.cfg: …\n')
    writeFileSync(join(bin, 'by-hand.js'), '// by hand\n')
    const stale = await told()
    rmSync(bin, { recursive: true })
    const missing = await told()
    expect([stale, missing].map(({ status }) => status)).toEqual([1, 78])
    expect(stale.stderr + missing.stderr).toMatchInlineSnapshot(`
      "warning SLIPWAY_DOCTOR_SCRIPT: the start script of "shop-manage" is not what the manifest says
        bin/shop-manage.js
        the entry stands in /shop/setup.cfg:6
        write it: slipway scripts --write
        see: slipway explain SLIPWAY_DOCTOR_SCRIPT

      warning SLIPWAY_DOCTOR_SCRIPT: a start script is left of "shop-sell", which console_scripts has no more
        bin/shop-sell.js
        remove it: rm /shop/bin/shop-sell.js
        see: slipway explain SLIPWAY_DOCTOR_SCRIPT

      warning SLIPWAY_DOCTOR_SCRIPT: command "shop-manage" has no start script
        setup.cfg:6:5
        6 |     shop-manage = shop.manage:main
          |     ^^^^^^^^^^^ /shop/bin/shop-manage.js is not there
        write it: slipway scripts --write
        see: slipway explain SLIPWAY_DOCTOR_SCRIPT

      error SLIPWAY_DOCTOR_COMMAND: command "shop-manage" is a link to a file that is not there
        /home/npm/bin/shop-manage
        the manifest declares it in /shop/setup.cfg:6
        install the project anew
        see: slipway explain SLIPWAY_DOCTOR_COMMAND

      "
    `)
  })

  it('a package.json that installs something else than the manifest declares', async () => {
    const bin = { 'shop-manage': 'shop/manage.js', 'shop-old': 'bin/shop-old.js' }
    const { told } = await machine({
      'shop/package.json': JSON.stringify({ ...manifest, bin, files: ['bin', 'shop'] }, null, 2),
      'shop/setup.cfg': `${files['shop/setup.cfg']}    shop-sell = shop.manage:main\n`,
    })
    const { status, stderr } = await told()
    expect(status).toBe(78)
    expect(stderr).toMatchInlineSnapshot(`
      "warning SLIPWAY_DOCTOR_BIN: the command "shop-manage" is not its start script
        package.json:9:21
        9 |     "shop-manage": "shop/manage.js",
          |                     ^^^^^^^^^^^^^^ expected bin/shop-manage.js
        correct it: slipway scripts --write
        see: slipway explain SLIPWAY_DOCTOR_BIN

      warning SLIPWAY_DOCTOR_BIN: npm would not install the command "shop-sell"
        package.json:8:4
        8 |   "bin": {
          |    ^^^ the manifest declares it in /shop/setup.cfg:7
        add to "bin": "shop-sell": "bin/shop-sell.js", or let it be added: slipway scripts --write
        see: slipway explain SLIPWAY_DOCTOR_BIN

      error SLIPWAY_DOCTOR_BIN: the file of the command "shop-old" is not there
        package.json:10:18
        10 |     "shop-old": "bin/shop-old.js"
           |                  ^^^^^^^^^^^^^^^ bin/shop-old.js
        correct the path, or remove the command
        see: slipway explain SLIPWAY_DOCTOR_BIN

      warning SLIPWAY_DOCTOR_BIN: npm would leave the manifest "setup.cfg" out of the package
        package.json:12:4
        12 |   "files": [
           |    ^^^^^
        add "setup.cfg" to "files"
        see: slipway explain SLIPWAY_DOCTOR_BIN

      warning SLIPWAY_DOCTOR_COMMAND: command "shop-sell" is not installed
        setup.cfg:7:5
        7 |     shop-sell = shop.manage:main
          |     ^^^^^^^^^ it is neither on the PATH nor in node_modules/.bin
        install the project, or link it while you work on it: npm link; without installing it: slipway run shop-sell
        see: slipway explain SLIPWAY_DOCTOR_COMMAND

      "
    `)
  })

  it('entries that stand twice, and lead nowhere', async () => {
    const { told } = await machine({
      'shop/setup.cfg': `${files['shop/setup.cfg']}    shop-manage = shop.manage:other\ntill =\n    cash = shop.till:Cash\n`,
    })
    const { status, stderr } = await told()
    expect(status).toBe(78)
    expect(stderr).toContain('setup.cfg:7:5')
    expect(stderr).toContain('SLIPWAY_MANIFEST_DUPLICATE')
    expect(stderr).toContain('cannot find module "shop.till"')
  })
})

describe('a unit of systemd', () => {
  const unit = (type: string, rest = '') =>
    `[Service]\nType=${type}\nExecStart=/usr/bin/env /opt/shop/bin/shop-manage.js --config-file /etc/shop.conf\n${rest}`

  it('starts what is not there, and is not heard when the service is ready', async () => {
    const { told } = await machine({ 'units/shop.service': unit('notify') })
    const { status, stdout, stderr } = await told()
    expect(status).toBe(78)
    expect(stdout).toContain('/units/shop.service')
    expect(stderr).toMatchInlineSnapshot(`
      "error SLIPWAY_DOCTOR_UNIT: the unit starts "/opt/shop/bin/shop-manage.js", which is not there
        /units/shop.service:3:24
        3 | ExecStart=/usr/bin/env /opt/shop/bin/shop-manage.js --config-file /etc/shop.conf
          |                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        write the unit anew: slipway export systemd
        see: slipway explain SLIPWAY_DOCTOR_UNIT

      warning SLIPWAY_DOCTOR_UNIT: systemd may not hear that the service is ready
        /units/shop.service:3:11
        3 | ExecStart=/usr/bin/env /opt/shop/bin/shop-manage.js --config-file /etc/shop.conf
          |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ expected NotifyAccess=all: a program beside the service says it
        without it the start ends in a timeout, unless the service runs as root
        see: slipway explain SLIPWAY_DOCTOR_UNIT

      "
    `)
  })

  it.each([
    [
      'Type=notify without systemd-notify',
      'notify',
      null,
      'systemd-notify, which tells systemd that the service is ready, does not run',
    ],
    [
      'Type=notify with a systemd-notify that fails',
      'notify',
      '"; exit 1 #',
      'systemd-notify, which tells systemd that the service is ready, does not run',
    ],
    ['Type=notify-reload with an old systemd', 'notify-reload', '252', 'this systemd knows no "notify-reload"'],
  ])('%s', async (_, type, version, message) => {
    const { told, folder } = await machine({ 'units/shop.service': unit(type, 'NotifyAccess=all\n') })
    const program = join(folder, 'system/systemd-notify')
    if (version === null) rmSync(program)
    else writeFileSync(program, `#!/bin/sh\necho "systemd ${version} (${version}-1)"\n`)
    expect((await told()).stderr).toContain(`error SLIPWAY_DOCTOR_UNIT: ${message}`)
  })

  it('of another program, or masked, is left alone', async () => {
    const { told, folder } = await machine({})
    symlinkSync('/dev/null', join(folder, 'units/shop-manage.service'))
    symlinkSync('/nowhere', join(folder, 'units/shop-gone.service'))
    expect(await told()).toMatchObject({ status: 0, stderr: '' })
  })
})
