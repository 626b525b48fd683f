// The public surface of the room: what an API is made of. Each folder is a part that can be used alone.
export type {
  Requirements,
  ResourceNames,
  Route,
  RouteConditions,
  RouteOptions,
  RouteParams,
  UrlParams,
  UrlValue,
} from './routes/contract.ts'
export { Mapper, type MapperOptions, type RedirectOptions, urlFor } from './routes/mapper.ts'
export { RouteMatch } from './routes/match.ts'
export type { ResourceActions, ResourceRouteOptions } from './routes/resource.ts'
export { type Dispatch, router, type RouterOptions } from './routes/router.ts'
export { type ShadowedRoute, shadowedRoutes } from './routes/shadowed.ts'
export type {
  CollectionOptions,
  LinkOptions,
  StandardAction,
  SubMapper,
  SubMapperOptions,
} from './routes/sub-mapper.ts'
export type { UrlGenerator, UrlOptions } from './routes/url.ts'
export {
  Call,
  type Controller,
  type Handler,
  type MemberParams,
  type Params,
  Reply,
  reply,
} from './controllers/call.ts'
export { anyJson, type Deserialiser, type Deserialisers, jsonBody } from './controllers/request-body.ts'
export { type Resource, resource, type ResourceOptions } from './controllers/resource.ts'
export { jsonText, type Serialiser, type Serialisers } from './controllers/serialise.ts'
export { accepts, acceptsLanguage, negotiate, requireAccepts } from './responses/accepts.ts'
export {
  errorFault,
  type Fault,
  type FaultMapping,
  mapError,
  neutronFault,
  novaFault,
  told,
} from './responses/faults.ts'
export * from './responses/http-errors.ts'
export { type FileOptions, files, sendFile } from './responses/files.ts'
export { type Answer, handler, middleware } from './responses/handler.ts'
export {
  checkPreconditions,
  conditional,
  conditionalFilter,
  etagOf,
  validatorHeaders,
  type Validators,
} from './responses/conditional.ts'
export { type ByteRange, ranged, rangeOf } from './responses/ranges.ts'
export type { CheckFactories, CheckFactory } from './policy/checks.ts'
export { type Credentials, policyValues } from './policy/credentials.ts'
export {
  type DeprecatedPolicy,
  type PolicyDeclaration,
  type PolicyOperation,
  rule,
  type ScopeType,
} from './policy/declare.ts'
export { InvalidScope, PolicyNotAuthorized } from './policy/denied.ts'
export {
  createEnforcer,
  type Enforcer,
  type EnforcerOptions,
  type Explanation,
  type PolicyLog,
} from './policy/enforcer.ts'
export type { ExplainedPart } from './policy/explain.ts'
export type { FieldConverter } from './policy/field-check.ts'
export { policyGroup, type PolicySettings } from './policy/options.ts'
export type { LoadParent } from './policy/owner-check.ts'
export { loadRuleChecks } from './policy/rule-checks.ts'
export { parseTemplate } from './policy/template.ts'
export type { PolicyValues, Verdict } from './policy/tree.ts'
export {
  ATTR_NOT_SPECIFIED,
  type Attribute,
  type AttributeMap,
  type CreateBody,
  type ResourceAttributeMap,
  type ResourceData,
  type UpdateBody,
} from './attributes/attribute-map.ts'
export { collectionController } from './attributes/collection-controller.ts'
export type { CollectionControllerOptions } from './attributes/collection.ts'
export { enforcerPolicy, fieldConverter, type Policy } from './attributes/collection-policy.ts'
export * as converters from './attributes/converters.ts'
export { InvalidInput } from './attributes/invalid-input.ts'
export type { ListOptions } from './attributes/list-run.ts'
export { attributeMap } from './attributes/load-map.ts'
export { type OpenApiOptions, type OpenApiParts, openApiOf } from './attributes/openapi.ts'
export { type BodyRules, type PreparedBody, prepareCreate, prepareUpdate } from './attributes/prepare-body.ts'
export type { Quota, QuotaRequest, Reservation } from './attributes/quota.ts'
export { type BodyKind, schemaOf, type SchemaNames } from './attributes/schema.ts'
export type { JsonSchema, Validator } from './attributes/validator.ts'
export { addValidator, getValidator } from './attributes/validators.ts'
export {
  type Check,
  expose,
  type Exposed,
  type ExposeOptions,
  type Renderer,
  type Template,
} from './dispatch/expose.ts'
export { objectApp, type ObjectAppOptions } from './dispatch/object-app.ts'
export { rest, RestController } from './dispatch/rest.ts'
export type { Renderers } from './dispatch/result.ts'
export { Guarded, secure, unlocked } from './dispatch/secure.ts'
export { abort, type Arguments, type Hook, redirectTo, State } from './dispatch/state.ts'
export {
  type ApiDefinition,
  ApiExtensionDescriptor,
  ExtensionDescriptor,
  type ExtendedResources,
  type OpenAttributeMap,
  type PluginInterface,
  type SubResource,
} from './extensions/descriptor.ts'
export type { LoadedExtension, SkippedExtension } from './extensions/extension.ts'
export type { ExtendedMap } from './extensions/extend-map.ts'
export { extensionFilter } from './extensions/filter.ts'
export { type ExtensionLog, ExtensionManager, type ExtensionOptions } from './extensions/manager.ts'
export {
  ActionExtension,
  type Around,
  ControllerExtension,
  type ControllerParts,
  RequestExtension,
  type RequestHandler,
  ResourceExtension,
  type ResourceExtensionOptions,
} from './extensions/parts.ts'
export { describeRoutes, renderRoutes, type RouteLine } from './extensions/route-lines.ts'
export { type ExtensionRouteOptions, extensionRoutes, type ExtensionRoutes } from './extensions/routes.ts'
export { openapiApp } from './openapi/app.ts'
export {
  type CollectionInfo,
  type OpenApiDocument,
  openApiDocument,
  type OpenApiDocumentOptions,
  type OpenApiInfo,
} from './openapi/document.ts'
export type { Operation, PathItem } from './openapi/operations.ts'
export type { ApiVersion, Link, MediaType, VersionsOptions } from './versions/api-version.ts'
export {
  glanceVersions,
  neutronResources,
  neutronVersions,
  novaVersion,
  novaVersions,
  type ResourceName,
} from './versions/documents.ts'
export { Microversion } from './versions/microversion.ts'
export { microversions, type MicroversionsOptions } from './versions/negotiation.ts'
export { versioned, type VersionRange } from './versions/versioned.ts'
