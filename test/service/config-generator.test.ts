// The command `service-config-generator`, and the sample file that it keeps.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readConfig } from '../../src/config/index.ts'
import { groups } from '../../src/service/opts.ts'
import { command } from '../cli/slipway.ts'
import { projectFolder } from '../entrypoints/project-folder.ts'
import { root } from './folder.ts'

const sample = join(root, 'etc/service/service.conf.sample')
const script = join(root, 'bin/service-config-generator.js')

describe('service-config-generator', () => {
  it('writes what etc/service/service.conf.sample holds; make it anew with --output-file when this fails', async () => {
    const { status, stdout, stderr } = await command(script, [])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toBe(readFileSync(sample, 'utf-8'))
  })

  it('writes a file that reads as the defaults', () => {
    const read = (argv: string[]): unknown[] => {
      const conf = readConfig({ groups, argv, prog: 'service-server', env: {} })
      expect(conf.warnings).toEqual([])
      return conf.entries().map(({ group, name, value, origin }) => [group, name, value, origin.kind])
    }
    expect(read(['--config-file', sample])).toEqual(read([]))
  })

  it('takes its flags from a file too, as oslo-config-generator does', async () => {
    const cwd = projectFolder({
      'generator.conf':
        '[DEFAULT]\noutput_file = out.sample\nwrap_width = 40\nnamespace = service\nnamespace = oslo.db\n',
    })
    const { status, stdout, stderr } = await command(script, ['--config-file', 'generator.conf'], { cwd })
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' })
    expect(stderr).toMatch(/^warning SLIPWAY_CONFIG_UNKNOWN: no options are offered under the namespace "oslo\.db"\n/u)
    const text = readFileSync(join(cwd, 'out.sample'), 'utf-8')
    expect(text).toContain('\n# Which pipeline of the API is taken: a\n# key of its section in the deployment\n')
    expect(text).toContain('#api_paste_config = api-paste.ini\n')
  })

  it('has all formats, and refuses others', async () => {
    const json = await command(script, ['--format', 'json'])
    expect(JSON.parse(json.stdout)).toMatchObject({ options: { DEFAULT: { opts: expect.any(Array) as unknown } } })
    expect((await command(script, ['--format', 'markdown'])).stdout).toContain('\n### `auth_strategy`\n')
    const { status, stderr } = await command(script, ['--format', 'yaml'])
    expect(status).toBe(78)
    expect(stderr).toContain('option "format" cannot be "yaml", given by --format')
  })

  it('tells its flags', async () => {
    const { status, stdout } = await command(script, ['--help'])
    expect(status).toBe(0)
    for (const flag of ['--namespace', '--output-file', '--wrap-width', '--minimal', '--summarize', '--format']) {
      expect(stdout).toContain(`  ${flag}`)
    }
  })
})
