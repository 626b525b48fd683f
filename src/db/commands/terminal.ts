// The streams of a db-manage command and what is known of whoever reads them; the only place of the room that touches
// the process's streams. Verbs get this, so that tests can read what they write.
import { createInterface } from 'node:readline'

export interface Terminal {
  /** Data: standard output. */
  out(text: string): void
  /** Messages: standard error. */
  err(text: string): void
  /** Whether somebody reads the messages on a screen. */
  readonly isWatched: boolean
  /** Asks for a line; null where nobody could answer. */
  readonly ask: ((question: string) => Promise<string>) | null
  readonly cwd: string
}

export function processTerminal(): Terminal {
  const { stdin, stdout, stderr } = process
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    isWatched: stderr.isTTY,
    ask: stdin.isTTY && stderr.isTTY ? askOnTerminal : null,
    cwd: process.cwd(),
  }
}

/** Ctrl-C and the end of the input are an empty answer. */
function askOnTerminal(question: string): Promise<string> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr })
  return new Promise((resolve) => {
    prompt.once('close', () => resolve(''))
    prompt.question(question, (answer) => {
      resolve(answer)
      prompt.close()
    })
  })
}
