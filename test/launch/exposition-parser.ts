// A reader of Prometheus' text format 0.0.4 that forgives nothing: written from the grammar of the format and the
// rules of its documentation, knowing nothing of what writes it here.

export interface ParsedFamily {
  readonly type: string
  readonly help: string
  readonly samples: readonly ParsedSample[]
}

interface ParsedSample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/u
const labelName = /^[a-zA-Z_][a-zA-Z0-9_]*$/u
const number = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/u
const types = ['counter', 'gauge', 'histogram', 'summary', 'untyped']

/** Throws at the first thing that is not as the format has it. */
export function parseExposition(text: string): Map<string, ParsedFamily> {
  if (text !== '' && !text.endsWith('\n')) throw new Error('the last line has no end')
  const families = new Map<string, { type: string; help: string; samples: ParsedSample[] }>()
  let current = ''
  for (const line of text.split('\n').slice(0, -1)) {
    const comment = /^# (HELP|TYPE) (\S+) (.*)$/u.exec(line)
    if (comment) {
      const [, kind = '', name = '', rest = ''] = comment
      if (!metricName.test(name)) throw new Error(`"${name}" is no name of a metric`)
      if (kind === 'HELP') {
        if (families.has(name)) throw new Error(`${name} has two groups`)
        families.set(name, { type: '', help: unescaped(rest, /["]/u), samples: [] })
        current = name
      } else {
        const family = families.get(name)
        if (!family || name !== current || family.type !== '') throw new Error(`TYPE of ${name} out of place`)
        if (!types.includes(rest)) throw new Error(`"${rest}" is no type`)
        family.type = rest
      }
      continue
    }
    const sample = parseSample(line)
    const family = families.get(current)
    const suffixes = family?.type === 'histogram' ? ['_bucket', '_sum', '_count'] : ['']
    if (!family || family.type === '' || !suffixes.some((suffix) => sample.name === current + suffix)) {
      throw new Error(`${sample.name} does not belong to ${current}`)
    }
    family.samples.push(sample)
  }
  for (const [name, family] of families) checkFamily(name, family)
  return families
}

function parseSample(line: string): ParsedSample {
  const name = /^[^{ ]*/u.exec(line)?.[0] ?? ''
  if (!metricName.test(name)) throw new Error(`"${line}" begins with no name`)
  let at = name.length
  const labels: Record<string, string> = {}
  if (line[at] === '{') {
    at += 1
    while (line[at] !== '}') {
      const label = /^([^=]*)="((?:[^"\\]|\\["\\n])*)"(,|(?=\}))/u.exec(line.slice(at))
      const [whole = '', key = '', value = ''] = label ?? []
      if (!label || !labelName.test(key)) throw new Error(`labels of "${line}"`)
      if (Object.hasOwn(labels, key)) throw new Error(`${key} twice in "${line}"`)
      labels[key] = unescaped(value)
      at += whole.length
    }
    at += 1
  }
  const [empty, value = '', ...rest] = line.slice(at).split(' ')
  if (empty !== '' || rest.length > 0) throw new Error(`the value of "${line}"`)
  return { name, labels, value: numberOf(value) }
}

function numberOf(text: string): number {
  if (text === '+Inf') return Infinity
  if (text === '-Inf') return -Infinity
  if (text === 'NaN' || number.test(text)) return Number(text)
  throw new Error(`"${text}" is no number`)
}

function unescaped(text: string, forbidden = /(?!)/u): string {
  return text.replaceAll(/\\(.)/gu, (_, char: string) => {
    if (forbidden.test(char) || !/["\\n]/u.test(char)) throw new Error(`the escape \\${char}`)
    return char === 'n' ? '\n' : char
  })
}

function checkFamily(name: string, { type, samples }: ParsedFamily): void {
  if (type === '') throw new Error(`${name} has no type`)
  if (type === 'counter' && !name.endsWith('_total')) throw new Error(`the counter ${name} does not end in _total`)
  if (type !== 'counter' && name.endsWith('_total')) throw new Error(`${name} is no counter`)
  const seen = new Set<string>()
  for (const sample of samples) {
    const key = JSON.stringify([sample.name, Object.entries(sample.labels).map(String).toSorted()])
    if (seen.has(key)) throw new Error(`${key} is there twice`)
    seen.add(key)
    if (type === 'counter' && !(sample.value >= 0)) throw new Error(`${key} is below zero`)
  }
  if (type === 'histogram') checkHistogram(name, samples)
}

function checkHistogram(name: string, samples: readonly ParsedSample[]): void {
  const series = new Map<string, ParsedSample[]>()
  for (const sample of samples) {
    const { le: _le, ...labels } = sample.labels
    const key = JSON.stringify(labels)
    series.set(key, [...(series.get(key) ?? []), sample])
  }
  for (const [key, group] of series) {
    const buckets = group.filter((sample) => sample.name === `${name}_bucket`)
    const bounds = buckets.map(({ labels }) => numberOf(labels.le ?? ''))
    const values = buckets.map(({ value }) => value)
    const count = group.find((sample) => sample.name === `${name}_count`)?.value
    if (!group.some((sample) => sample.name === `${name}_sum`)) throw new Error(`${name}${key} has no sum`)
    if (bounds.at(-1) !== Infinity || values.at(-1) !== count) throw new Error(`the end of ${name}${key}`)
    for (const list of [bounds, values]) {
      if (list.some((value, index) => index > 0 && value < (list[index - 1] ?? 0))) {
        throw new Error(`${name}${key} falls`)
      }
    }
  }
}
