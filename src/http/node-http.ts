// node:http as the object that it is. An `import` of a built-in module reads each of its exports, and on Node 24 some
// of these load the client behind `fetch`: 45 ms of a start, for nothing that a server needs. Where only types
// are wanted, they come from node:http as ever: they leave nothing behind.
import type * as Http from 'node:http'

const http = process.getBuiltinModule('node:http')

export const { createServer, STATUS_CODES, validateHeaderName, validateHeaderValue } = http

export const { IncomingMessage, ServerResponse } = http
export type IncomingMessage = Http.IncomingMessage
export type ServerResponse = Http.ServerResponse
