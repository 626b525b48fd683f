// RESOURCE_ATTRIBUTE_MAP: what each attribute of each collection is, in the words of neutron's maps. Types, and what
// they tell TypeScript about bodies; the check of a map is in load-map.ts.
import type { Converter } from './converters.ts'

/** Says in a map: not required, and no value of its own; the key is not there when the client does not send it. */
export const ATTR_NOT_SPECIFIED: unique symbol = Symbol('ATTR_NOT_SPECIFIED')

/** One rule each: `{'type:string': 255}`. */
type Rules = Readonly<Record<`type:${string}`, unknown>>

export interface Attribute {
  /** May be given on create. */
  readonly allow_post?: boolean
  /** May be changed by update. */
  readonly allow_put?: boolean
  /** For a create that does not give it. Without one, an attribute that may be given must be given. */
  readonly default?: unknown
  /** Before the validation; of the default too. */
  readonly convert_to?: Converter | ((value: unknown) => unknown)
  /** Of the list of values of a filter, in place of `convert_to` for each. */
  readonly convert_list_to?: (values: readonly string[]) => unknown
  readonly validate?: Rules
  /** Shown to clients. Others are never sent, filtered or sorted by. */
  readonly is_visible?: boolean
  readonly primary_key?: boolean
  /** Fetched for policy rules even when the client asks for other fields. */
  readonly required_by_policy?: boolean
  /** A rule `create_x:attr`, `update_x:attr`, `get_x:attr` of its own is asked for. */
  readonly enforce_policy?: boolean
  /** May be filtered by. Where no attribute of a collection says it, all visible ones may. */
  readonly is_filter?: boolean
  /** May be sorted by. Where no attribute of a collection says it, all visible ones may. */
  readonly is_sort_key?: boolean
  /** The default stands for null as well. */
  readonly default_overrides_none?: boolean
  /** The defaults of its key specs are filled in. */
  readonly dict_populate_defaults?: boolean
  /** Not validated when this other attribute is given: tacker's `vnfd_id` beside `vnfd_template`. */
  readonly validate_unless?: string
}

export type AttributeMap = Readonly<Record<string, Attribute>>

/** By collection, then by attribute. */
export type ResourceAttributeMap = Readonly<Record<string, AttributeMap>>

/** A resource as a plugin gives it. */
export type ResourceData = Readonly<Record<string, unknown>>

/** What the rules of the common types say about a value. */
type RuleValue<Rule> = Rule extends `${infer Base}_or_none`
  ? RuleValue<Base> | null
  : Rule extends 'type:string' | 'type:not_empty_string' | 'type:oneline_not_empty_string' | 'type:uuid' | 'type:regex'
    ? string
    : Rule extends 'type:ip_address' | 'type:subnet' | 'type:mac_address'
      ? string
      : Rule extends 'type:uuid_list' | 'type:list_of_unique_strings' | 'type:subnet_list' | 'type:nameservers'
        ? string[]
        : Rule extends 'type:dict'
          ? Record<string, unknown>
          : unknown

type Choice<Validate> = Validate extends { readonly 'type:values': readonly (infer One)[] } ? One : unknown

/** The value of an attribute as a plugin gets it: what the conversion makes, or else what the rule takes. */
type ValueOf<A> = A extends { readonly convert_to: (value: unknown) => infer Made }
  ? unknown extends Made
    ? ValidValue<A>
    : Made
  : ValidValue<A>

type ValidValue<A> = A extends { readonly validate: infer Validate }
  ? Choice<Validate> & RuleValue<keyof Validate>
  : unknown

type Named<A, Property extends string> = {
  [Name in keyof A]: A[Name] extends { readonly [P in Property]: true } ? Name : never
}[keyof A]

type Unspecified<A> = {
  [Name in keyof A]: A[Name] extends { readonly default: typeof ATTR_NOT_SPECIFIED } ? Name : never
}[keyof A]

/** What `create_x` of a plugin gets: every attribute that may be posted, defaults filled in. */
export type CreateBody<A> = {
  [Name in Exclude<Named<A, 'allow_post'>, Unspecified<A>>]: ValueOf<A[Name]>
} & { [Name in Extract<Named<A, 'allow_post'>, Unspecified<A>>]?: ValueOf<A[Name]> }

/** What `update_x` of a plugin gets: any of the attributes that may be put. */
export type UpdateBody<A> = { [Name in Named<A, 'allow_put'>]?: ValueOf<A[Name]> }
