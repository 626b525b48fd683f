import { existsSync, fstatSync, openSync, readdirSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { folder } from './folder.ts'
import { type Program, program } from './program.ts'

type Line = Readonly<Record<string, unknown>>

function linesOf(text: string): Line[] {
  expect(text === '' || text.endsWith('\n')).toBe(true)
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line)
}

/** Looks again and again, for things that no event tells. */
async function until(isReached: () => boolean): Promise<void> {
  while (!isReached()) await new Promise((resolve) => setTimeout(resolve, 5))
}

describe('no line is lost that was logged', () => {
  test.each([
    ['process.exit', 'process.exit(3)', 3],
    ['an uncaught exception', "throw new Error('boom')", 1],
    ['an unhandled rejection', "void Promise.reject(new Error('boom')); await new Promise(() => {})", 1],
    ['process.abort', 'process.abort()', 'SIGABRT'],
    ['SIGKILL', "process.kill(process.pid, 'SIGKILL'); await new Promise(() => {})", 'SIGKILL'],
  ])('before %s, to a file and to standard output', async (_name, end, status) => {
    const log_file = join(folder(), 'x.log')
    const { ended, output } = program(
      `const toFile = await createLogger({ log_file: given }, { name: 'p' })
       const out = await createLogger({}, { name: 'p' })
       for (let n = 0; n < 500; n++) { toFile.info({ n }, 'line'); out.info({ n }, 'line') }
       ${end}`,
      { given: log_file },
    )
    expect(await ended).toBe(status)
    for (const text of [readFileSync(log_file, 'utf8'), output.stdout]) {
      expect(linesOf(text).map(({ n }) => n)).toEqual(Array.from({ length: 500 }, (_, n) => n))
    }
  })

  test('when the pipe is full and its reader slow', async () => {
    // Reading begins only when a write was refused.
    const { child, output, said, ended } = program(
      `const fs = (await import('node:fs')).default
       const { syncBuiltinESMExports } = await import('node:module')
       const writeSync = fs.writeSync
       let refused = 0
       fs.writeSync = (fd, ...rest) => {
         try { return writeSync(fd, ...rest) } catch (error) {
           if (error.code === 'EAGAIN' && ++refused === 1) writeSync(2, 'full\\n')
           throw error
         }
       }
       syncBuiltinESMExports()
       process.stdout._handle.setBlocking(false)
       const out = await createLogger({}, { name: 'p' })
       for (let n = 0; n < 5000; n++) out.info({ n, long: 'ü'.repeat(200) }, 'line')
       process.exit(refused > 0 ? 0 : 9)`,
    )
    child.stdout?.pause()
    await said('full')
    child.stdout?.resume()
    expect(await ended).toBe(0)
    const lines = linesOf(output.stdout)
    expect(lines.map(({ n }) => n)).toEqual(Array.from({ length: 5000 }, (_, n) => n))
    expect(lines.every(({ long }) => long === 'ü'.repeat(200))).toBe(true)
    expect(output.stderr).toBe('full\n')
  })

  test('when the next statement ends the process, to a syslog over UDP', async () => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1')
    await once(socket, 'listening')
    const messages: string[] = []
    const all = new Promise<void>((resolve) => {
      socket.on('message', (message) => messages.push(message.toString()) === 20 && resolve())
    })
    const { ended } = program(
      `const syslog = await createLogger({ use_syslog: true, syslog_address: given, log_file: '/dev/null' }, { name: 'p' })
       for (let n = 0; n < 20; n++) syslog.info({ n }, 'line')
       process.exit(0)`,
      { given: `udp://127.0.0.1:${socket.address().port}` },
    )
    expect(await ended).toBe(0)
    await all
    socket.close()
    expect(messages.length).toBe(20)
  })
})

describe('a place that takes no lines does not end the service, and is told of once', () => {
  test('a full disk', async () => {
    const { ended, output } = program(
      `const full = await createLogger({ log_file: '/dev/full' }, { name: 'p' })
       for (let n = 0; n < 50; n++) full.info('line')
       console.log('alive')`,
    )
    expect(await ended).toBe(0)
    expect(output).toEqual({
      stdout: 'alive\n',
      stderr: expect.stringMatching(
        /^log file "\/dev\/full" cannot be written: ENOSPC.*; lines are lost until it can\n$/u,
      ),
    })
  })

  test('a reader that went away', async () => {
    const { child, said, ended, output } = program(
      `const out = await createLogger({}, { name: 'p' })
       out.info('first')
       process.once('message', () => {
         for (let n = 0; n < 50; n++) out.info('line')
         process.disconnect()
       })`,
    )
    await said('first')
    child.stdout?.destroy()
    child.send('go on')
    expect(await ended).toBe(0)
    expect(output.stderr).toMatch(/^standard output cannot be written: EPIPE.*\n$/u)
  })

  test('a syslog that nobody runs', async () => {
    // The reserved port 1: one that was free a moment ago may be somebody's by now.
    const { ended, output } = program(
      `for (const syslog_address of given) {
         const syslog = await createLogger({ use_syslog: true, syslog_address, log_file: '/dev/null' }, { name: 'p' })
         for (let n = 0; n < 20; n++) {
           syslog.info('line')
           await new Promise((resolve) => setImmediate(resolve))
         }
       }
       console.log('alive')`,
      { given: ['udp://127.0.0.1:1', 'tcp://127.0.0.1:1'] },
    )
    expect(await ended).toBe(0)
    expect(output.stdout).toBe('alive\n')
    const told = output.stderr.split('\n').filter(Boolean)
    expect(told.map((line) => /^syslog at (\w+):.*ECONNREFUSED/u.exec(line)?.[1])).toEqual(['udp', 'tcp'])
  })
})

describe('several processes with one file', () => {
  /** Logs numbered lines without pause until it is told to stop; says how many there were. */
  const writer = `
    const { name, ...settings } = given
    const out = await createLogger(settings, { name, rotates: settings.log_rotation_type !== undefined })
    process.on('SIGUSR1', reopenLogs)
    let n = 0
    let isStopping = false
    process.on('message', () => { isStopping = true })
    const next = () => {
      for (let batch = 0; batch < 5; batch++) out.info({ n: n++, pad: 'x'.repeat(n % 300) }, 'line')
      if (isStopping) { console.log('wrote ' + n); process.disconnect() } else setTimeout(next, 1)
    }
    next()`

  function start(settings: Record<string, unknown>, names: readonly string[]): Program[] {
    return names.map((name) => program(writer, { given: { ...settings, name } }))
  }

  /** Whether each of them has written to the file that has the name now. */
  function isWrittenBy(path: string, names: readonly string[]): boolean {
    const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
    return names.every((name) => text.includes(`"name":"${name}"`))
  }

  async function stopAndCompare(programs: readonly Program[], names: readonly string[], dir: string): Promise<void> {
    for (const { child } of programs) child.send('stop')
    for (const { ended } of programs) expect(await ended).toBe(0)
    const lines = readdirSync(dir).flatMap((name) => linesOf(readFileSync(join(dir, name), 'utf8')))
    for (const [index, name] of names.entries()) {
      const count = Number(/wrote (\d+)/u.exec(programs[index]?.output.stdout ?? '')?.[1])
      const numbers = lines.filter((line) => line.name === name).map(({ n }) => Number(n))
      expect(count).toBeGreaterThan(0)
      expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, n) => n))
    }
    expect(programs.map(({ output }) => output.stderr)).toEqual(names.map(() => ''))
  }

  test('lose and tear no line while it is renamed and opened again at USR1', async () => {
    const dir = folder()
    const log_file = join(dir, 'x.log')
    const names = ['one', 'two']
    const programs = start({ log_file }, names)
    for (let turn = 1; turn <= 8; turn += 1) {
      await until(() => isWrittenBy(log_file, names))
      renameSync(log_file, `${log_file}.${turn}`)
      for (const { child } of programs) child.kill('SIGUSR1')
    }
    await until(() => isWrittenBy(log_file, names))
    await stopAndCompare(programs, names, dir)
  })

  test('notice by themselves that it was renamed', async () => {
    const dir = folder()
    const log_file = join(dir, 'x.log')
    const names = ['one', 'two']
    const programs = start({ log_file }, names)
    await until(() => isWrittenBy(log_file, names))
    renameSync(log_file, `${log_file}.1`)
    await until(() => isWrittenBy(log_file, names))
    await stopAndCompare(programs, names, dir)
  })

  test('follow the one that renames it by its size', async () => {
    const dir = folder()
    const log_file = join(dir, 'x.log')
    const names = ['launcher', 'worker 1', 'worker 2']
    // It is renamed every five seconds, and a busy machine may take many of these: all are kept.
    const rotation = { log_rotation_type: 'size', max_logfile_size_mb: 0.01, max_logfile_count: 1000 }
    const programs = [
      ...start({ log_file, ...rotation }, ['launcher']),
      ...start({ log_file }, ['worker 1', 'worker 2']),
    ]
    await until(() => existsSync(`${log_file}.1`))
    await until(() => isWrittenBy(log_file, names))
    await stopAndCompare(programs, names, dir)
    const files = readdirSync(dir)
    const renamed = Array.from({ length: files.length - 1 }, (_, index) => `x.log.${index + 1}`)
    expect(new Set(files)).toEqual(new Set(['x.log', ...renamed]))
  })
})

describe('the journal', () => {
  const code = `
    const out = await createLogger(given, { name: 'p' })
    out.warn('careful')
    out.fatal(Object.assign(new Error('no'), { stack: 'Error: no\\n    at x' }))`
  const text = { log_format: 'text', logging_default_format_string: '%(message)s', logging_exception_prefix: '' }

  test('gets the priority before every line where systemd says that it reads', async () => {
    const file = join(folder(), 'journal')
    const fd = openSync(file, 'w')
    const { dev, ino } = fstatSync(fd)
    const options = { env: { JOURNAL_STREAM: `${dev}:${ino}` }, stdio: ['ignore', fd, 'pipe'] as const }
    const json = program(code, { given: {}, ...options, stdio: [...options.stdio] })
    expect(await json.ended).toBe(0)
    const lines = readFileSync(file, 'utf8').trim().split('\n')
    expect(lines.map((line) => [line.slice(0, 3), (JSON.parse(line.slice(3)) as Line).level])).toEqual([
      ['<4>', 'warn'],
      ['<2>', 'fatal'],
    ])
    const asText = program(code, { given: text, ...options, stdio: [...options.stdio] })
    expect(await asText.ended).toBe(0)
    expect(readFileSync(file, 'utf8').trim().split('\n').slice(2)).toEqual([
      '<4>careful',
      '<2>no: Error: no',
      '<2>Error: no',
      '<2>    at x',
    ])
  })

  test('gets none where another stream has been put in its place, unless use_journal asks for it', async () => {
    const env = { JOURNAL_STREAM: '1:1' }
    const plain = program(code, { given: text, env })
    const asked = program(code, { given: { ...text, use_journal: true }, env })
    await Promise.all([plain.ended, asked.ended])
    expect([plain.output.stdout.split('\n')[0], asked.output.stdout.split('\n')[0]]).toEqual(['careful', '<4>careful'])
  })
})
