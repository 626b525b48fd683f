// strftime in local time: the language of the option log_date_format, and of the names of rotated files.
// Pure. English names, as the C locale has them; a directive that is none stays as it is.

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]

const two = (value: number): string => String(value).padStart(2, '0')
const twelve = (date: Date): number => date.getHours() % 12 || 12

const directives: Readonly<Record<string, (date: Date) => string>> = {
  '%': () => '%',
  Y: (date) => String(date.getFullYear()),
  y: (date) => two(date.getFullYear() % 100),
  m: (date) => two(date.getMonth() + 1),
  d: (date) => two(date.getDate()),
  e: (date) => String(date.getDate()).padStart(2),
  H: (date) => two(date.getHours()),
  I: (date) => two(twelve(date)),
  M: (date) => two(date.getMinutes()),
  S: (date) => two(date.getSeconds()),
  p: (date) => (date.getHours() < 12 ? 'AM' : 'PM'),
  a: (date) => (days[date.getDay()] ?? '').slice(0, 3),
  A: (date) => days[date.getDay()] ?? '',
  b: (date) => (months[date.getMonth()] ?? '').slice(0, 3),
  B: (date) => months[date.getMonth()] ?? '',
  j: (date) => String(dayOfYear(date)).padStart(3, '0'),
  w: (date) => String(date.getDay()),
  u: (date) => String(date.getDay() || 7),
  s: (date) => String(Math.floor(date.getTime() / 1000)),
  z: (date) => offsetOf(date, ''),
  Z: (date) => zoneOf(date),
  F: (date) => strftime('%Y-%m-%d', date),
  T: (date) => strftime('%H:%M:%S', date),
  D: (date) => strftime('%m/%d/%y', date),
  R: (date) => strftime('%H:%M', date),
  c: (date) => strftime('%a %b %e %H:%M:%S %Y', date),
  x: (date) => strftime('%m/%d/%y', date),
  X: (date) => strftime('%H:%M:%S', date),
}

export function strftime(format: string, date: Date): string {
  return format.replaceAll(/%([%A-Za-z])/gu, (whole, letter: string) =>
    Object.hasOwn(directives, letter) ? (directives[letter]?.(date) ?? whole) : whole,
  )
}

/** Local time as ISO 8601 with its distance from UTC, microseconds as Python writes them. */
export function isoTime(date: Date): string {
  const micros = String(date.getMilliseconds() * 1000).padStart(6, '0')
  return `${strftime('%Y-%m-%dT%H:%M:%S', date)}.${micros}${offsetOf(date, ':')}`
}

function offsetOf(date: Date, between: string): string {
  const minutes = -date.getTimezoneOffset()
  const size = Math.abs(minutes)
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}${between}${two(size % 60)}`
}

function zoneOf(date: Date): string {
  const parts = new Intl.DateTimeFormat('en', { timeZoneName: 'short' }).formatToParts(date)
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? ''
}

function dayOfYear(date: Date): number {
  const midnight = Date.UTC(date.getFullYear(), date.getMonth(), date.getDate())
  return (midnight - Date.UTC(date.getFullYear(), 0, 1)) / 86_400_000 + 1
}
