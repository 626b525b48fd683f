// The options as data, in the layout of oslo-config-generator's json and yaml: its validator reads it
// (`--opt-data`). Pure.
import { type CatalogueGroup, type CatalogueOption, catalogueOf } from './catalogue.ts'
import { boundsOf, describedChoices, kindName, oldNames } from './facts.ts'
import { fileTextOf } from './file-text.ts'
import { masked } from './masked.ts'
import { envName, flagName } from './names.ts'
import type { Namespace } from './namespaces.ts'
import type { Option } from './option.ts'
import { portable } from './snapshot.ts'

/** An option of the reference. Keys that the original has are spelt as there. */
interface ReferenceEntry {
  readonly name: string
  readonly dest: string
  readonly namespace: string
  /** `integer value`. */
  readonly type: string
  readonly kind: Option['kind']
  readonly help: string
  /** `****` for that of a secret. */
  readonly default: unknown
  /** As a file would hold it, one text for each line; null when there is none, or it is not shown. */
  readonly default_text: readonly string[] | null
  readonly sample_default: unknown
  readonly choices: readonly (readonly [choice: string | number, about: string | null])[]
  readonly min: number | null
  readonly max: number | null
  readonly short: string | null
  readonly metavar: string | null
  readonly positional: boolean
  readonly secret: boolean
  readonly required: boolean
  readonly mutable: boolean
  readonly advanced: boolean
  readonly deprecated_opts: readonly { readonly group: string; readonly name: string }[]
  readonly deprecated_for_removal: boolean
  readonly deprecated_reason: string | null
  readonly deprecated_since: string | null
  /** `--api-workers`; null when it is no flag. */
  readonly flag: string | null
  /** `OS_API__WORKERS`. */
  readonly env: string
}

export interface Reference {
  readonly options: Readonly<Record<string, ReferenceGroup>>
  readonly deprecated_options: Readonly<Record<string, readonly Replacement[]>>
}

interface ReferenceGroup {
  readonly help: string
  readonly opts: readonly ReferenceEntry[]
  readonly standard_opts: readonly string[]
}

interface Replacement {
  readonly name: string
  readonly replacement_name: string
  readonly replacement_group: string
}

export function referenceOf(namespaces: readonly Namespace[]): Reference {
  const groups = catalogueOf(namespaces).map((group) => [group.name, referenceGroup(group)] as const)
  const replaced = new Map<string, Replacement[]>()
  for (const [group, { opts }] of groups) {
    for (const { name, deprecated_opts: olds } of opts) {
      for (const old of olds) {
        const replacement = { name: old.name, replacement_name: name, replacement_group: group }
        replaced.set(old.group, [...(replaced.get(old.group) ?? []), replacement])
      }
    }
  }
  return { options: Object.fromEntries(groups), deprecated_options: Object.fromEntries(replaced) }
}

function referenceGroup(group: CatalogueGroup): ReferenceGroup {
  const opts = group.parts.flatMap(({ namespace, options }) => options.map((one) => entryOf(group, namespace, one)))
  return { help: group.help ?? '', opts, standard_opts: opts.map(({ name }) => name) }
}

function entryOf(group: CatalogueGroup, namespace: string, { name, option }: CatalogueOption): ReferenceEntry {
  const hasDefault = option.default !== undefined && option.default !== null
  const { deprecatedForRemoval: removal } = option
  const { min, max } = boundsOf(option)
  const number = (bound: string | null, declared: number | undefined): number | null =>
    declared ?? (bound === null ? null : Number(bound))
  return {
    name,
    dest: name,
    namespace,
    type: kindName(option),
    kind: option.kind,
    help: option.help ?? '',
    default: hasDefault ? (option.secret ? masked : portable(option.default)) : null,
    default_text: hasDefault && !option.secret ? fileTextOf(option, option.default).texts : null,
    sample_default: portable(option.sampleDefault ?? null),
    choices: describedChoices(option),
    min: number(min, option.min),
    max: number(max, option.max),
    short: option.short ?? null,
    metavar: option.metavar ?? null,
    positional: option.positional ?? false,
    secret: option.secret ?? false,
    required: option.required ?? false,
    mutable: option.mutable ?? false,
    advanced: option.advanced ?? false,
    deprecated_opts: oldNames(option, group.name),
    deprecated_for_removal: removal !== undefined,
    deprecated_reason: removal?.reason ?? null,
    deprecated_since: removal?.since ?? null,
    flag: option.cli && !option.positional ? flagName(group.declaredName, name) : null,
    env: envName(group.declaredName, name),
  }
}
