// The two streams of the command and what is known of whoever reads them. The only place of the room
// that touches the process's streams and environment; renderers get this and return text.

export interface Terminal {
  /** Data: standard output. */
  out(text: string): void
  /** Messages: standard error. */
  err(text: string): void
  readonly stdout: StreamFacts
  readonly stderr: StreamFacts
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
}

interface StreamFacts {
  readonly isTTY: boolean
  /** Null when nobody knows. */
  readonly columns: number | null
}

export function processTerminal(): Terminal {
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    stdout: factsOf(process.stdout),
    stderr: factsOf(process.stderr),
    // For the wishes about colour, which hold whatever the configuration says or wherever it is broken.
    env: process.env,
    cwd: process.cwd(),
  }
}

/** Node's types have both always; a pipe has neither. */
function factsOf(stream: { readonly isTTY?: boolean; readonly columns?: number }): StreamFacts {
  return { isTTY: stream.isTTY === true, columns: stream.columns ?? null }
}

/** What is written to standard output while `run` works goes nowhere. */
export async function quietly<T>(run: () => Promise<T>): Promise<T> {
  const { stdout } = process
  const write = stdout.write.bind(stdout)
  stdout.write = () => true
  try {
    return await run()
  } finally {
    stdout.write = write
  }
}
