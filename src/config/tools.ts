// What a service's own configuration commands need (`slipway/config-tools`): apart from the room's
// index, because no start of a service needs it.
export { generate, generatorGroup } from './generator.ts'
export type { Namespace } from './namespaces.ts'
export { renderSample } from './sample.ts'
export { type ValidateOptions, validateFiles } from './validate.ts'
export { writeText } from './write-text.ts'
