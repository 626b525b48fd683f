// The chain of a start, told: a table with the place of every step, or JSON. What leads nowhere is told as a problem.
import { diagnosticToJson, positionOf } from '../diagnostic.ts'
import { ExitCode } from '../errors.ts'
import { paintFor } from './colour.ts'
import { tellProblems } from './describe-target.ts'
import { renderLine } from './place.ts'
import type { StartChainRequest, Step } from './start-step.ts'
import { startChain } from './start-steps.ts'
import { renderTable } from './table.ts'
import type { Terminal } from './terminal.ts'

export type StartChainOptions = StartChainRequest & { readonly json?: true }

export async function showStartChain(name: string, options: StartChainOptions, terminal: Terminal): Promise<number> {
  const { entry, steps } = await startChain(name, options, terminal)
  terminal.out(
    options.json
      ? `${JSON.stringify({ name, group: entry.group, steps: steps.map(stepJson) }, null, 2)}\n`
      : `${renderSteps(steps, terminal)}\n`,
  )
  return (
    tellProblems(
      steps.flatMap(({ problem }) => problem ?? []),
      terminal,
    ) || ExitCode.ok
  )
}

function stepJson({ step, text, where, problem }: Step): object {
  return { step, text, where: positionOf(where), problem: problem && diagnosticToJson(problem) }
}

function renderSteps(steps: readonly Step[], terminal: Terminal): string {
  const paint = paintFor(terminal, 'stdout')
  const rows = steps.map(({ step, text, where, problem }, index) => [
    step === steps[index - 1]?.step ? '' : step,
    renderLine(where, terminal.cwd) || '-',
    problem === null ? text : `! ${text}`,
  ])
  return renderTable(rows, {
    widest: 60,
    paint: (cell, column, row) => {
      if (column === 0) return paint.cyan(cell)
      return column === 2 && steps[row]?.problem ? paint.red(cell) : cell
    },
  })
}
