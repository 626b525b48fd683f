import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { shop, slipwayInProcess } from './slipway.ts'

const lines = [
  ['list'],
  ['list', '--json'],
  ['check'],
  ['show', 'api-paste.ini#shop'],
  ['show', 'api-paste.ini#shop', '--json'],
  ['graph', 'api-paste.ini#shop'],
  ['graph', 'api-paste.ini#shop', '--format', 'dot'],
  ['config', 'show', '--changed', '--config-file', `${shop}shop.conf`],
]

describe('colour', () => {
  it.each(lines)('of slipway %s %s changes nothing but the looks', async (...args) => {
    const terminal = { isTTY: true, columns: 70 }
    const coloured = await slipwayInProcess(args, terminal)
    const plain = await slipwayInProcess(args, { ...terminal, env: { NO_COLOR: '1' } })
    expect(`${plain.stdout}${plain.stderr}`).not.toContain('\u001B')
    const { status, stdout, stderr } = coloured
    expect({ status, stdout: stripVTControlCharacters(stdout), stderr: stripVTControlCharacters(stderr) }).toEqual(
      plain,
    )
  })

  it('is for people only: none in what programs read', async () => {
    for (const args of lines.filter((line) => line.includes('--json') || line.includes('dot'))) {
      expect((await slipwayInProcess(args, { isTTY: true })).stdout).not.toContain('\u001B')
    }
    expect((await slipwayInProcess(['list'])).stdout).not.toContain('\u001B')
    expect((await slipwayInProcess(['list'], { isTTY: true })).stdout).toContain('\u001B[1m')
    expect((await slipwayInProcess(['list'], { env: { FORCE_COLOR: '1' } })).stdout).toContain('\u001B[1m')
  })
})
