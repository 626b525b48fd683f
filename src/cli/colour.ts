// How text for one of the terminal's streams is rendered. Apart from terminal.ts, so that help loads none of it.
import { painter, type RenderOptions, wantsColour } from '../diagnostic.ts'
import type { Terminal } from './terminal.ts'

export function renderOptions(terminal: Terminal, stream: 'stdout' | 'stderr'): Required<RenderOptions> {
  return { colour: wantsColour(terminal[stream], terminal.env), cwd: terminal.cwd }
}

export function paintFor(terminal: Terminal, stream: 'stdout' | 'stderr'): ReturnType<typeof painter> {
  return painter(wantsColour(terminal[stream], terminal.env))
}
