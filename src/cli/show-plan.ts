// A plan object by object, as the factories will be called: what each gets, and where it is written.
import { ExitCode, type Where } from '../errors.ts'
import { type Conf, innerPlans, type Plan, type Setting } from '../paste/plan.ts'
import { planToJson, shownValue } from '../paste/plan-json.ts'
import { paintFor } from './colour.ts'
import { describeTarget, tellProblems } from './describe-target.ts'
import type { PlanOptions } from './flags.ts'
import { renderLine } from './place.ts'
import { renderTable } from './table.ts'
import type { Terminal } from './terminal.ts'

export interface ShowOptions extends PlanOptions {
  readonly json?: true
  readonly showSecrets?: true
}

export async function showTarget(text: string, options: ShowOptions, terminal: Terminal): Promise<number> {
  const { plan, problems } = await describeTarget(text, options, terminal)
  const showSecrets = options.showSecrets ?? false
  terminal.out(
    options.json
      ? `${JSON.stringify(planToJson(plan, { showSecrets }), null, 2)}\n`
      : `${renderPlan(plan, { showSecrets, cwd: terminal.cwd, paint: paintFor(terminal, 'stdout') })}\n`,
  )
  return tellProblems(problems, terminal) || ExitCode.ok
}

interface Rendering {
  readonly showSecrets: boolean
  readonly cwd: string
  readonly paint: ReturnType<typeof paintFor>
}

/**
 * The globals of the file, then a block for each object, outermost first, with the globals that are others
 * there. An object that stands in several places alike is shown once.
 */
function renderPlan(root: Plan, rendering: Rendering): string {
  const shared = new Map([...root.globals].filter(([, { origin }]) => origin !== 'set'))
  const globals = settingsBlock([...shared], rendering)
  const objects = allPlans(root).map((plan) => renderObject(plan, shared, rendering))
  return [rendering.paint.bold('globals') + globals, ...new Set(objects)].join('\n\n')
}

function allPlans(plan: Plan): Plan[] {
  return [plan, ...innerPlans(plan).flatMap(allPlans)]
}

function renderObject(plan: Plan, shared: Conf, rendering: Rendering): string {
  const { paint, cwd } = rendering
  const section = plan.section === null ? '' : `  [${plan.section}]`
  const head = `${paint.bold(`${plan.kind} ${plan.name}`)}${section}  ${paint.dim(renderLine(plan.where, cwd))}`
  const own = [...plan.globals].filter(([key, { value }]) => shared.get(key)?.value !== value)
  const facts = renderRows(factRows(plan), rendering)
  return head + facts + settingsBlock([...plan.locals, ...own], rendering)
}

function settingsBlock(settings: readonly [string, Setting][], rendering: Rendering): string {
  return renderRows(
    settings.map(([key, setting]) => settingRow(key, setting, rendering)),
    rendering,
  )
}

/** With a newline before each row. */
function renderRows(rows: readonly (readonly string[])[], { paint }: Rendering): string {
  if (rows.length === 0) return ''
  const table = renderTable(rows, {
    indent: '  ',
    widest: 60,
    paint: (cell, column) => (column === 0 ? paint.cyan(cell) : column === 2 ? paint.dim(cell) : cell),
  })
  return `\n${table}`
}

function factRows(plan: Plan): string[][] {
  switch (plan.kind) {
    case 'pipeline':
    case 'filter-app':
    case 'filter-with':
      return [
        ['(filters)', plan.filters.map(({ name }) => name).join(' > ') || 'none'],
        ['(app)', plan.app.name],
      ]
    case 'composite':
      return [...factoryRows(plan), ...(plan.choice ? [['(takes)', plan.choice.key, `by ${plan.choice.option}`]] : [])]
    case 'app':
    case 'filter':
    case 'server':
      return factoryRows(plan)
    case 'broken':
      return [['(broken)', plan.problem.message]]
  }
}

function factoryRows({ factory, protocol }: Extract<Plan, { factory: unknown }>): string[][] {
  const { text, target, fault } = factory
  const stands = target && target.reference.text !== text ? ` = ${target.reference.text}` : ''
  const row = [`(${protocol?.replace('paste.', '') ?? 'factory'})`, `${text}${stands}`]
  return fault ? [row, ['(not found)', fault.message]] : [row]
}

function settingRow(key: string, setting: Setting, { showSecrets, cwd }: Rendering): string[] {
  const value = shownValue(key, setting, { showSecrets })
  return [key, inOneLine(value), originOf(setting, cwd)]
}

function inOneLine(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value) ?? String(value)
  return /[\n\r\t]|^\s|\s$|^$/u.test(value) ? JSON.stringify(value) : value
}

function originOf({ origin, where }: Setting, cwd: string): string {
  const place: Where | null = where
  return [origin === 'local' ? '' : origin, renderLine(place, cwd)].filter(Boolean).join(' ')
}
