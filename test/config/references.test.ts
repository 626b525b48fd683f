import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Config, group, int, multi, readConfig, str } from '../../src/config/index.ts'
import { faultOf, folderOf, told } from './scratch.ts'

const db = group('db', {
  password: str({ secret: true, mutable: true, cli: true }),
  pin: int({ secret: true }),
  keys: multi({ secret: true }),
  url: str({ default: 'mysql://u:$password@h/' }),
  name: str(),
})

function read(
  text: string,
  files: Record<string, string> = {},
  env: Record<string, string> = {},
  words: string[] = [],
) {
  const folder = folderOf({ 'a.conf': '', ...files })
  writeFileSync(join(folder, 'a.conf'), text.replaceAll('@', folder))
  const argv = ['--config-file', `${folder}/a.conf`, ...words]
  return { conf: readConfig({ groups: [db], argv, prog: 'p', env: { HOME: folder, ...env } }), folder }
}

describe('a secret that lies elsewhere', () => {
  test.each([
    ['a file, without its last line end', 'password = $file:@/pw', 'hun$ter2'],
    ['a file in quotes', 'password = "$file:@/pw"  ', 'hun$ter2'],
    ['a file in the home folder', 'password = $file:~/pw', 'hun$ter2'],
    ['a file of two lines', 'password = $file:@/two', 'one\ntwo\n'],
    ['a variable', 'password = $env:DB_PASSWORD', 'from env'],
    ['a variable that is empty', 'password = $env:EMPTY', ''],
  ])('is taken from %s', (_what, line, value) => {
    const files = { pw: 'hun$ter2\n', two: 'one\ntwo\n\n' }
    const { conf } = read(`[db]\n${line}\n`, files, { DB_PASSWORD: 'from env', EMPTY: '' })
    expect(conf.value('db.password')).toBe(value)
    expect(conf.value('db.url')).toBe(`mysql://u:${value}@h/`)
  })

  test('is converted, and each value of a multi-valued option may be one', () => {
    const { conf } = read('[db]\npin = $env:PIN\nkeys = plain\nkeys = $file:@/k\n', { k: 'k2' }, { PIN: '12' })
    expect([conf.value('db.pin'), conf.value('db.keys')]).toEqual([12, ['plain', 'k2']])
  })

  test('may be named by a variable of the configuration or a flag', () => {
    const env = { OS_DB__PASSWORD: '$env:SECRET', SECRET: 'x' }
    expect(read('', {}, env).conf.value('db.password')).toBe('x')
    expect(read('', {}, { SECRET: 'y' }, ['--db-password', '$env:SECRET']).conf.value('db.password')).toBe('y')
  })

  test('is shown nowhere, nor is what is made of it', () => {
    const { conf } = read('[db]\npassword = $file:@/pw\n', { pw: 'hunter2' })
    expect(JSON.stringify(conf.entries())).not.toContain('hunter2')
    const fault = faultOf(() => read('[db]\npin = $file:@/pw\n', { pw: 'hunter2' }))
    expect(told(fault)).toEqual(['error: option "db.pin" has a value that does not fit it'])
    expect(JSON.stringify(fault.problems)).not.toContain('hunter2')
  })

  test('is known in a worker, which may not be able to read it', () => {
    const { conf, folder } = read('[db]\npassword = $file:@/pw\n', { pw: 'hunter2' })
    chmodSync(join(folder, 'pw'), 0)
    writeFileSync(join(folder, 'a.conf'), '')
    const copy = Config.fromSnapshot(JSON.parse(JSON.stringify(conf.snapshot())), [db])
    expect(copy.value('db.password')).toBe('hunter2')
  })

  test('is read again by a reload', () => {
    const { conf, folder } = read('[db]\npassword = $file:@/pw\n', { pw: 'one' })
    writeFileSync(join(folder, 'pw'), 'two')
    expect(conf.mutate().changes).toMatchObject([{ name: 'db.password', new: '****' }])
    expect(conf.value('db.password')).toBe('two')
  })

  test.each([
    ['$file:@/none', 'refers to what cannot be read: file "@/none" does not exist'],
    ['$file:pw', 'refers to file "pw", which is no absolute path'],
    ['$env:NOT_SET', 'refers to environment variable "NOT_SET", which is not set'],
  ])('that is not there ends the start: %s', (reference, message) => {
    const folder = folderOf({})
    const fault = faultOf(() => read(`[db]\npassword = ${reference.replace('@', folder)}\n`))
    expect(fault).toMatchObject({
      code: 'SLIPWAY_CONFIG_REFERENCE',
      message: `option "db.password" ${message.replace('@', folder)}`,
      where: { line: 2 },
    })
  })
})

describe('no value changes its meaning', () => {
  test.each(['file:/run/secrets/pw', '${file:/x}', 'x$$file:/y', '$$env:X', '$5', 'env:X'])('%s is a text', (text) => {
    const { conf } = read(`[db]\npassword = ${text}\n`, {}, { X: 'wrong' })
    expect(conf.value('db.password')).toBe(text.replace('$$', '$'))
  })

  test('an option that is named "env" or "file" is still referred to', () => {
    const folder = folderOf({ 'a.conf': '[g]\nenv = test\npassword = $env:X\n' })
    const own = group('g', { env: str(), password: str({ secret: true }) })
    const argv = ['--config-file', `${folder}/a.conf`]
    const conf = readConfig({ groups: [own], argv, prog: 'p', env: { X: 'wrong' } })
    expect(conf.get(own).password).toBe('test:X')
  })

  test('an option that is no secret may not refer to a file', () => {
    expect(faultOf(() => read('[db]\nname = $file:/etc/hostname\n'))).toMatchObject({
      code: 'SLIPWAY_CONFIG_SUBSTITUTION',
      hint: 'only a secret option may refer to a file or a variable, write "$$" for a dollar',
    })
  })
})
