// The header traceparent of W3C Trace Context, and what it is in OSProfiler's terms. Pure.
//
//     trace-id    32 hexadecimal digits    base_id      the same as a UUID
//     parent-id   16 hexadecimal digits    parent_id    the last 16 digits of a UUID, zeros before them
//
// So OSProfiler itself shortens ids for Jaeger and OpenTelemetry: the last 64 bits.
import { createHash } from 'node:crypto'
import type { TraceInfo } from './signature.ts'

export interface TraceParent {
  readonly traceId: string
  readonly spanId: string
  readonly isSampled: boolean
}

const form = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/u

/** Null for what the standard says is to be ignored. */
export function parseTraceParent(header: string | undefined): TraceParent | null {
  const [, version, traceId = '', spanId = '', flags = '', more] = form.exec(header?.trim() ?? '') ?? []
  if (version === undefined || version === 'ff' || (version === '00' && more !== undefined)) return null
  if (/^0+$/u.test(traceId) || /^0+$/u.test(spanId)) return null
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 }
}

export function renderTraceParent({ traceId, spanId, isSampled }: TraceParent): string {
  return `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}`
}

export function toTraceInfo({ traceId, spanId }: TraceParent): TraceInfo {
  return { baseId: uuidOf(traceId), parentId: uuidOf(spanId.padStart(32, '0')) }
}

/** @param id of a trace; one that is no UUID has a digest in its place, the same in every service */
export function traceIdOf(id: string): string {
  return digitsOf(id)
}

export function spanIdOf(id: string): string {
  return digitsOf(id).slice(16)
}

function digitsOf(id: string): string {
  const digits = id.replaceAll('-', '').toLowerCase()
  return /^[\da-f]{32}$/u.test(digits) ? digits : createHash('sha256').update(id).digest('hex').slice(0, 32)
}

function uuidOf(digits: string): string {
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/u, '$1-$2-$3-$4-')
}
