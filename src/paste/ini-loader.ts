// One deployment file as the describer sees it: [DEFAULT] with the built-ins and the caller's
// globals, sections found by kind and name, values with their references substituted.
import { dirname } from 'node:path'
import { closeNames } from '../diagnostic.ts'
import { SlipwayError, type Where } from '../errors.ts'
import {
  type IniFile,
  type IniOption,
  type IniSection,
  interpolate,
  placeOfValue,
  type Variable,
} from '../ini/index.ts'
import { pythonRepr } from '../ini/scanner.ts'
import type { Conf, ObjectType } from './plan.ts'

/** Section prefixes by kind of object; a group is searched to its first spelling that has a hit. */
const prefixes: Readonly<Record<ObjectType, readonly (readonly string[])[]>> = {
  app: [['app', 'application'], ['composite', 'composit'], ['pipeline'], ['filter-app']],
  filter: [['filter']],
  server: [['server']],
}

export class IniLoader {
  readonly ini: IniFile
  readonly file: string
  /** What a program handed in: literal, and beaten by the file's own [DEFAULT] in `%(name)s`. */
  readonly #argument: Conf
  #defaults: Conf | undefined

  constructor(ini: IniFile, argument: Conf) {
    this.ini = ini
    this.file = ini.file
    this.#argument = argument
  }

  get folder(): string {
    return dirname(this.file)
  }

  /** [DEFAULT], then `here` and `__file__`, then the caller's globals; all substituted. */
  defaults(): Conf {
    if (this.#defaults) return this.#defaults
    const conf: Conf = new Map()
    for (const option of this.ini.defaults.values()) {
      const value = this.#interpolated(option, 'DEFAULT', this.ini.defaults)
      conf.set(option.name, { value, origin: 'DEFAULT', where: option.where })
    }
    for (const [name, setting] of this.#builtIn()) if (!conf.has(name)) conf.set(name, setting)
    this.#defaults = conf
    return conf
  }

  isDefault(name: string): boolean {
    return this.ini.defaults.has(name) || this.#builtIn().has(name)
  }

  /** The value of a section's option, or of one that it has from [DEFAULT]. */
  value(section: IniSection, option: IniOption): string {
    return this.#interpolated(option, section.name, section.options)
  }

  /**
   * The section of an object.
   * @param name null: bare `[app]`, else `[app:main]`
   * @throws SlipwayError SLIPWAY_PASTE_SECTION_MISSING, _AMBIGUOUS
   */
  find(type: ObjectType, name: string | null, at: Where | null): IniSection {
    const found = this.matching(type, name)
    const [first, second] = found
    if (first && !second) return first
    const wanted = name ?? 'main'
    const spelt = `(prefixed by ${prefixes[type].flat().map(pythonRepr).join(' or ')}) found in config ${this.file}`
    if (first) {
      throw new SlipwayError(
        'SLIPWAY_PASTE_SECTION_AMBIGUOUS',
        `"${wanted}" may be ${found.map(({ name: one }) => `[${one}]`).join(' or ')}`,
        {
          where: at ?? first.where,
          found: found.map(({ name: one, where }) => `[${one}] in line ${where.line}`).join(', '),
          expected: `one ${type} of a name`,
          hint: 'rename one of the sections',
          original: `Ambiguous section names [${found.map(({ name: one }) => pythonRepr(one)).join(', ')}] for section ${pythonRepr(wanted)} ${spelt}`,
        },
      )
    }
    throw new SlipwayError('SLIPWAY_PASTE_SECTION_MISSING', `there is no ${type} "${wanted}"`, {
      where: at ?? { file: this.file },
      expected: `a section [${type}:${wanted}]${type === 'app' ? `, [composite:${wanted}] or [pipeline:${wanted}]` : ''}${at && at.file !== this.file ? ` in ${this.file}` : ''}`,
      alternatives: closeNames(wanted, this.names(type)),
      hint: this.#nearMiss(type, wanted),
      original: `No section ${pythonRepr(wanted)} ${spelt}`,
    })
  }

  /** All sections that a name may mean; more than one is ambiguous. */
  matching(type: ObjectType, name: string | null): IniSection[] {
    return prefixes[type].flatMap((spellings) => {
      for (const prefix of spellings) {
        const hits = this.#withPrefix(prefix, name)
        if (hits.length > 0) return hits
      }
      return []
    })
  }

  /** The names of all sections of a kind of object. */
  names(type: ObjectType): string[] {
    return [...this.ini.sections.keys()].flatMap((section) => {
      const prefix = prefixes[type].flat().find((one) => section.startsWith(`${one}:`))
      return prefix === undefined ? [] : [section.slice(prefix.length + 1).trim()]
    })
  }

  #withPrefix(prefix: string, name: string | null): IniSection[] {
    const bare = name === null ? this.ini.sections.get(prefix) : undefined
    const wanted = name ?? 'main'
    const named = [...this.ini.sections.values()].filter(
      (section) => section.name.startsWith(`${prefix}:`) && section.name.slice(prefix.length + 1).trim() === wanted,
    )
    return bare ? [bare, ...named] : named
  }

  #nearMiss(type: ObjectType, name: string): string | undefined {
    const others = (['app', 'filter', 'server'] as const).filter(
      (other) => other !== type && this.matching(other, name).length > 0,
    )
    if (others.length > 0) {
      return `there is a ${others.join(' and a ')} of that name; ${article(type)} ${type} is wanted here`
    }
    if (name === 'main' && this.ini.sections.has(type)) return `write [${type}:main]: the section [${type}] has no name`
    const all = this.names(type)
    return all.length === 0
      ? `the file has no ${type} at all`
      : `it has ${all.slice(0, 12).join(', ')}${all.length > 12 ? ' …' : ''}`
  }

  #interpolated(option: IniOption, section: string, own: ReadonlyMap<string, IniOption>): string {
    const { defaults } = this.ini
    const builtIn = this.#builtIn()
    const lookup = (name: string): Variable | undefined => {
      const written = own.get(name) ?? defaults.get(name)
      if (written) return { value: written.value, literal: false }
      const setting = builtIn.get(name)
      return setting && { value: String(setting.value), literal: true }
    }
    return interpolate(option, {
      file: this.file,
      section,
      lookup,
      names: () => [...own.keys(), ...defaults.keys(), ...builtIn.keys()],
    })
  }

  #builtIn(): Conf {
    const conf: Conf = new Map([
      ['here', { value: this.folder, origin: 'built-in', where: null }],
      ['__file__', { value: this.file, origin: 'built-in', where: null }],
    ])
    for (const [name, setting] of this.#argument) if (!conf.has(name)) conf.set(name, setting)
    return conf
  }
}

function article(type: ObjectType): string {
  return type === 'app' ? 'an' : 'a'
}

/** The place of a setting's value, for a diagnostic about what it names. */
export function valuePlace(option: IniOption | undefined): Where | null {
  return option ? placeOfValue(option) : null
}
