// `%(name)s` substitution of ConfigParser (BasicInterpolation), ten levels deep. Pure; the caller
// says what a name stands for.
import { SlipwayError, type Where } from '../errors.ts'
import { closeNames } from '../diagnostic.ts'
import { type IniFile, type IniOption, placeIn } from './configparser.ts'
import { pythonRepr } from './scanner.ts'

const deepest = 10

/** What a name stands for. A literal value (a path, data handed in by a program) is not read for `%` again. */
export interface Variable {
  readonly value: string
  readonly literal: boolean
}

export interface InterpolationScope {
  readonly file: string
  readonly section: string
  readonly lookup: (name: string) => Variable | undefined
  /** All names that `lookup` knows, for the close names of a message. */
  readonly names: () => Iterable<string>
}

/**
 * The value of an option with every reference substituted.
 * @throws SlipwayError SLIPWAY_INI_INTERPOLATION at the percent sign
 */
export function interpolate(option: IniOption, scope: InterpolationScope): string {
  if (!option.value.includes('%')) return option.value
  return substitute(option.value, 1, { option, scope, place: (offset, length) => placeIn(option, offset, length) })
}

/** The scope of a section of a file alone: its own options, then [DEFAULT]. `[DEFAULT]` itself is the section 'DEFAULT'. */
export function fileScope(ini: IniFile, section: string): InterpolationScope {
  const own = ini.sections.get(section)?.options
  return {
    file: ini.file,
    section,
    lookup: (name) => {
      const found = own?.get(name) ?? ini.defaults.get(name)
      return found && { value: found.value, literal: false }
    },
    names: () => [...(own?.keys() ?? []), ...ini.defaults.keys()],
  }
}

interface Reading {
  readonly option: IniOption
  readonly scope: InterpolationScope
  readonly place: (offset: number, length: number) => Where
}

function substitute(text: string, depth: number, reading: Reading): string {
  const { option, scope } = reading
  if (depth > deepest) {
    throw fault(
      reading,
      0,
      option.value.length,
      `"${option.name}" refers to itself or more than ${deepest} levels deep`,
      {
        original: `Recursion limit exceeded in value substitution: option ${pythonRepr(option.name)} in section ${pythonRepr(scope.section)} contains an interpolation key which cannot be substituted in ${deepest} steps. Raw value: ${pythonRepr(option.value)}`,
      },
    )
  }
  let result = ''
  let at = 0
  for (let percent = text.indexOf('%'); percent !== -1; percent = text.indexOf('%', at)) {
    result += text.slice(at, percent)
    // Below the first level the place is that of the whole reference, which the caller has set.
    const next = text[percent + 1]
    const reference = /^%\(([^)]+)\)s/u.exec(text.slice(percent))
    if (next === '%') {
      result += '%'
      at = percent + 2
    } else if (reference) {
      const [whole, name = ''] = reference
      const inner: Reading = depth === 1 ? { ...reading, place: () => reading.place(percent, whole.length) } : reading
      result += valueOf(name, depth, inner)
      at = percent + whole.length
    } else throw badSyntax(text.slice(percent), next === '(', percent, reading)
  }
  return result + text.slice(at)
}

function valueOf(name: string, depth: number, reading: Reading): string {
  const { option, scope } = reading
  const variable = scope.lookup(name)
  if (variable) {
    return variable.literal || !variable.value.includes('%')
      ? variable.value
      : substitute(variable.value, depth + 1, reading)
  }
  throw fault(
    reading,
    0,
    name.length + 4,
    `"${option.name}" refers to "${name}", which is neither in section [${scope.section}] nor in [DEFAULT]`,
    {
      alternatives: closeNames(name, scope.names()),
      original: `Bad value substitution: option ${pythonRepr(option.name)} in section ${pythonRepr(scope.section)} contains an interpolation key ${pythonRepr(name)} which is not a valid option name. Raw value: ${pythonRepr(option.value)}`,
    },
  )
}

function badSyntax(rest: string, opened: boolean, offset: number, reading: Reading): SlipwayError {
  return fault(
    reading,
    offset,
    opened ? rest.length : Math.min(2, rest.length),
    `"${reading.option.name}" holds a percent sign that refers to nothing`,
    {
      expected: '%(name)s, or %% for a percent sign',
      hint: 'write every percent sign that is meant literally twice',
      original: opened
        ? `bad interpolation variable reference ${pythonRepr(rest)}`
        : `'%' must be followed by '%' or '(', found: ${pythonRepr(rest)}`,
    },
  )
}

interface FaultParts {
  readonly expected?: string
  readonly hint?: string
  readonly alternatives?: readonly string[]
  readonly original: string
}

function fault(reading: Reading, offset: number, length: number, message: string, parts: FaultParts): SlipwayError {
  return new SlipwayError('SLIPWAY_INI_INTERPOLATION', message, {
    ...parts,
    where: reading.place(offset, length),
    original: `Error in file ${reading.scope.file}: ${parts.original}`,
  })
}
