// The command under test: the built one as a process, or its main in this process with the streams
// in memory. Both give what a shell would see.
import { spawn, type SpawnOptions } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { main } from '../../src/cli/main.ts'
import { exitStatusOf } from '../../src/entrypoints/exit-status.ts'
import { renderFailure } from '../../src/entrypoints/script-failure.ts'
import { isSlipwayError } from '../../src/errors.ts'

export interface Outcome {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

export const project = fileURLToPath(new URL('../../', import.meta.url))
export const shop = fileURLToPath(new URL('../fixtures/shop/', import.meta.url))

const bin = `${project}bin/slipway.js`

/** The built command as a process of its own. */
export async function slipway(
  args: readonly string[],
  options: SpawnOptions & { input?: string } = {},
): Promise<Outcome> {
  return command(bin, args, options)
}

export async function command(
  file: string,
  args: readonly string[],
  { input, ...options }: SpawnOptions & { input?: string } = {},
): Promise<Outcome> {
  const child = spawn(process.execPath, [file, ...args], {
    cwd: shop,
    ...options,
    env: { ...plainEnvironment(), ...options.env },
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  child.stdin?.end(input)
  const [status] = (await once(child, 'close')) as [number | null]
  return { status, stdout, stderr }
}

/** What the test runner wants of colour, coverage and modules is not for the command. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const { NO_COLOR: _no, FORCE_COLOR: _force, NODE_OPTIONS: _options, ...env } = process.env
  return env
}

export interface InProcess {
  readonly cwd?: string
  readonly isTTY?: boolean
  readonly columns?: number
  readonly env?: Readonly<Record<string, string>>
}

/** The same without a process, for verbs that run no code of the project. */
export async function slipwayInProcess(args: readonly string[], options: InProcess = {}): Promise<Outcome> {
  const { cwd = shop, isTTY = false, columns = null, env = {} } = options
  let stdout = ''
  let stderr = ''
  const facts = { isTTY, columns }
  const terminal = {
    out: (text: string) => void (stdout += text),
    err: (text: string) => void (stderr += text),
    stdout: facts,
    stderr: facts,
    env,
    cwd: resolve(cwd),
  }
  try {
    const { status } = exitStatusOf(await main(args, terminal))
    return { status, stdout, stderr }
  } catch (error) {
    if (!isSlipwayError(error)) throw error
    return { status: error.exitCode, stdout, stderr: `${stderr}${renderFailure(error, { cwd })}\n` }
  }
}

/** The JSON on standard output of a command that ends well. */
export async function jsonOf(args: readonly string[], options: InProcess = {}): Promise<unknown> {
  const { status, stdout, stderr } = await slipwayInProcess([...args, '--json'], options)
  if (status !== 0) throw new Error(`status ${status}: ${stderr}`)
  return JSON.parse(stdout)
}

/** Every path in a value, with `[]` for list items: the keys that a shape is made of. */
export function keysOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) {
    if (value.length === 0) return [`${path}[]`]
    return [...new Set(value.flatMap((item) => keysOf(item, `${path}[]`)))].toSorted()
  }
  if (typeof value !== 'object' || value === null) return [path]
  const keys = Object.entries(value).flatMap(([key, inner]) => keysOf(inner, path === '' ? key : `${path}.${key}`))
  return [...new Set(keys)].toSorted()
}
