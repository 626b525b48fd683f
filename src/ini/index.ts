// Text → sections, keys and values with positions.
export {
  type IniFile,
  type IniOption,
  type IniSection,
  parseConfigParser,
  placeIn,
  placeOfValue,
  wordsOf,
} from './configparser.ts'
export { fileScope, interpolate, type InterpolationScope, type Variable } from './interpolation.ts'
export { type IsSecret, type OsloEntry, type OsloFile, parseOslo } from './oslo.ts'
export { readText, type ReadTextOptions } from './read-text.ts'
export { isSecretName } from './secret-name.ts'
