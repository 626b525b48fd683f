// The table of all verbs, in the order of the help.
import { check } from './check.ts'
import { config } from './config.ts'
import { explain } from './explain.ts'
import { graph } from './graph.ts'
import { inject } from './inject.ts'
import { list } from './list.ts'
import { reload } from './reload.ts'
import { run } from './run.ts'
import { scale } from './scale.ts'
import { scripts } from './scripts.ts'
import { serve } from './serve.ts'
import { show } from './show.ts'
import { status } from './status.ts'
import { stop } from './stop.ts'
import type { Verb, VerbFamily } from './verb.ts'

export const verbs: readonly (Verb | VerbFamily)[] = [
  list,
  check,
  show,
  graph,
  config,
  run,
  inject,
  serve,
  status,
  reload,
  scale,
  stop,
  scripts,
  explain,
]
