// Python's %-formatting by name, `%(levelname)-8s`: the language of oslo.log's format strings.
// Pure. Of an access log also the headers of a request and an answer, `%({user-agent}i)s`. Numbers of the kinds e and g are not here: no field of a log line is one.

const directive = /%(?:%|\((\w+|\{[\w-]+\}[io])\)([-#0 +]*)(\d*)(?:\.(\d+))?([sradiuxXofF]))/gu

/** What an option that holds a format must look like. */
export const percentFormat = /^(?:[^%]|%%|%\(\w+\)[-#0 +]*\d*(?:\.\d+)?[sradiuxXofF])*$/u

/** A value by the name of its field. */
export type Fields = (name: string) => unknown

export type Render = (fields: Fields) => string

interface Spec {
  readonly name: string
  readonly flags: string
  readonly width: number
  readonly precision: number | null
  readonly kind: string
}

/** Parses once what is rendered for every line. A text that is no format stands for itself. */
export function parsePercentFormat(format: string): Render {
  const texts: string[] = []
  const specs: Spec[] = []
  let text = ''
  let end = 0
  for (const match of format.matchAll(directive)) {
    const [whole, name, flags = '', width = '', precision, kind = 's'] = match
    text += format.slice(end, match.index)
    end = match.index + whole.length
    if (name === undefined) {
      text += '%'
      continue
    }
    texts.push(text)
    text = ''
    specs.push({
      name,
      flags,
      width: Number(width),
      precision: precision === undefined ? null : Number(precision),
      kind,
    })
  }
  const last = text + format.slice(end)
  return (fields) =>
    specs.map((spec, index) => `${texts[index] ?? ''}${renderField(spec, fields(spec.name))}`).join('') + last
}

/** A value that is no number stands as it is where a number was asked for: a line is never lost for its form. */
function renderField(spec: Spec, value: unknown): string {
  if (typeof value === 'number' && !'sra'.includes(spec.kind)) return pad(spec, renderNumber(spec, value), true)
  const text = 'ra'.includes(spec.kind) ? renderRepr(value) : String(value)
  return pad(spec, spec.precision === null ? text : text.slice(0, spec.precision), false)
}

function renderNumber({ kind, flags, precision }: Spec, value: number): string {
  const size = Math.abs(value)
  const sign = value < 0 ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : ''
  return `${sign}${digitsOf(kind, flags.includes('#'), size, precision)}`
}

function digitsOf(kind: string, isPrefixed: boolean, size: number, precision: number | null): string {
  const whole = Math.trunc(size)
  switch (kind) {
    case 'f':
    case 'F':
      return size.toFixed(precision ?? 6)
    case 'x':
      return `${isPrefixed ? '0x' : ''}${whole.toString(16)}`
    case 'X':
      return `${isPrefixed ? '0X' : ''}${whole.toString(16).toUpperCase()}`
    case 'o':
      return `${isPrefixed ? '0o' : ''}${whole.toString(8)}`
    default:
      return String(whole).padStart(precision ?? 0, '0')
  }
}

function renderRepr(value: unknown): string {
  if (typeof value !== 'string') return String(value)
  const quote = value.includes("'") && !value.includes('"') ? '"' : "'"
  return `${quote}${value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll(quote, `\\${quote}`)}${quote}`
}

function pad({ flags, width }: Spec, text: string, isNumber: boolean): string {
  if (text.length >= width) return text
  if (flags.includes('-')) return text.padEnd(width)
  if (!isNumber || !flags.includes('0')) return text.padStart(width)
  const [, sign = '', digits = ''] = /^([-+ ]?(?:0[xXo])?)(.*)$/u.exec(text) ?? []
  return `${sign}${digits.padStart(width - sign.length, '0')}`
}
