// Deployment file → plan → live objects.
export { type BuildOptions, type Built, type BuiltObject, type Observer } from './build.ts'
export { type Cascade, createCascade } from './cascade.ts'
export { describe, describeApp, type DescribeOptions, type Description } from './describe.ts'
export { appConfig, loadApp, type LoadAppOptions, type Loaded, loadFilter, loadServer } from './load.ts'
export { createNovaUrlmap } from './nova-urlmap.ts'
export { type FactoryPlan, pipelineLine, type Plan, type WrappedPlan } from './plan.ts'
export { createUrlmap, type MountedApp, type UrlMap } from './urlmap.ts'
