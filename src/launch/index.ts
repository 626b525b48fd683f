// The public surface of the room: launching a service, and what a service is made of.
export { type ListenAddress, type ListenRequest, parseAddress } from './address.ts'
export type { WorkerStatus } from './crew.ts'
export { launch, type Launcher, type LaunchOptions } from './launcher.ts'
export { launchGroup, type LaunchSettings } from './options.ts'
export type { Service, ServiceContext, ServiceFactory, ServiceListener, StopOrder } from './service.ts'
export type { RespawnPolicy } from './states.ts'
export { TaskPool } from './task-pool.ts'
export { HttpServer } from './worker/http-server.ts'
