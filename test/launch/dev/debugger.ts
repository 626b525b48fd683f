// A debugger in its smallest form: the protocol of V8's inspector over a web socket.
import { WebSocket } from 'undici'

interface Frame {
  readonly callFrameId: string
  readonly functionName: string
  readonly location: { readonly lineNumber: number }
}

interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: { readonly callFrames?: readonly Frame[] }
  readonly result?: { readonly result?: { readonly value?: unknown } }
}

export class Debugger {
  readonly #socket: WebSocket
  readonly #waiting = new Map<number, (message: Message) => void>()
  readonly #pauses: Frame[] = []
  #wake: () => void = () => undefined
  #last = 0

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.addEventListener('message', ({ data }) => this.#hear(JSON.parse(String(data)) as Message))
  }

  /** As one that passes over installed packages, among them ours. */
  static async attach(url: string): Promise<Debugger> {
    const socket = new WebSocket(url)
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener('open', () => resolve())
      socket.addEventListener('error', () => reject(new Error(`no debugger at ${url}`)))
    })
    const one = new Debugger(socket)
    await one.send('Debugger.enable')
    await one.send('Debugger.setBlackboxPatterns', { patterns: ['/dist/'] })
    await one.send('Runtime.runIfWaitingForDebugger')
    return one
  }

  /** Where the code stands: now, or when it stops next. */
  async paused(): Promise<Frame> {
    for (;;) {
      const frame = this.#pauses.shift()
      if (frame) return frame
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  async evaluate({ callFrameId }: Frame, expression: string): Promise<unknown> {
    const { result } = await this.send('Debugger.evaluateOnCallFrame', { callFrameId, expression })
    return result?.result?.value
  }

  async resume(): Promise<void> {
    await this.send('Debugger.resume')
  }

  async send(method: string, params: object = {}): Promise<Message> {
    const id = ++this.#last
    const answered = new Promise<Message>((resolve) => this.#waiting.set(id, resolve))
    this.#socket.send(JSON.stringify({ id, method, params }))
    return answered
  }

  detach(): void {
    this.#socket.close()
  }

  #hear(message: Message): void {
    if (message.id !== undefined) this.#waiting.get(message.id)?.(message)
    const [top] = (message.method === 'Debugger.paused' && message.params?.callFrames) || []
    if (!top) return
    this.#pauses.push(top)
    this.#wake()
  }
}
