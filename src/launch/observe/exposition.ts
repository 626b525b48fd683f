// The text format of Prometheus, version 0.0.4: families of samples → text. Pure.

/** What to send it as. */
export const expositionType = 'text/plain; version=0.0.4; charset=utf-8'

export interface Family {
  readonly name: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly help: string
  readonly samples: readonly Sample[]
}

export interface Sample {
  readonly labels?: Labels
  readonly value: number
  /** Of a histogram. */
  readonly suffix?: '_bucket' | '_sum' | '_count'
}

export type Labels = Readonly<Record<string, string>>

/** Families without samples are left out. */
export function renderExposition(families: readonly Family[]): string {
  return families
    .filter(({ samples }) => samples.length > 0)
    .map(renderFamily)
    .join('')
}

/** `counts` are those of each class alone; the last class has no bound. */
export function histogramSamples(
  labels: Labels,
  bounds: readonly number[],
  counts: readonly number[],
  sum: number,
): Sample[] {
  let below = 0
  const buckets = [...bounds, Infinity].map((bound, index): Sample => {
    below += counts[index] ?? 0
    return { suffix: '_bucket', labels: { ...labels, le: numberText(bound) }, value: below }
  })
  return [...buckets, { suffix: '_sum', labels, value: sum }, { suffix: '_count', labels, value: below }]
}

function renderFamily({ name, type, help, samples }: Family): string {
  const lines = samples.map(
    ({ suffix = '', labels = {}, value }) => `${name}${suffix}${labelText(labels)} ${numberText(value)}\n`,
  )
  return `# HELP ${name} ${escaped(help)}\n# TYPE ${name} ${type}\n${lines.join('')}`
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value).replaceAll('"', '\\"')}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}

function numberText(value: number): string {
  if (value === Infinity) return '+Inf'
  return value === -Infinity ? '-Inf' : String(value)
}
