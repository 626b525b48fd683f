// The app under Watt, which calls `create` in each of its threads and drains by itself.
import { createServer } from 'node:http'
import { handle } from './handler.js'

export function create() {
  return createServer(handle)
}
