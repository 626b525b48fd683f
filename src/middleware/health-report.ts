// The answer of a healthcheck as text, HTML or JSON, whichever the client asks for; text for one that
// asks for none of these. The forms are oslo.middleware's; details tell of Node, and never a stack.
import { hostname, platform, release } from 'node:os'
import { preferredType } from '../http/accept.ts'
import type { HttpResponse } from '../http/contract.ts'
import type { HttpRequest } from '../http/request.ts'
import { appendVary, escapeHtml, html, text } from '../http/responses.ts'
import type { HealthResult } from './health-backends.ts'

export function renderHealth(req: HttpRequest, results: readonly HealthResult[], isDetailed: boolean): HttpResponse {
  const isHealthy = results.every((result) => result.isAvailable)
  if (req.method === 'HEAD') return text('', isHealthy ? 204 : 503)
  const response = bodyFor(preferredType(req.header('accept'), types), results, isDetailed)
  response.status = isHealthy ? 200 : 503
  appendVary(response, 'Accept')
  return response
}

const types = ['text/plain', 'text/html', 'application/json']

function bodyFor(type: string, results: readonly HealthResult[], isDetailed: boolean): HttpResponse {
  switch (type) {
    case 'application/json': {
      const body = JSON.stringify(isDetailed ? details(results) : reasons(results), null, 4)
      return { status: 200, headers: { 'content-type': 'application/json' }, body }
    }
    case 'text/html':
      return html(page(results, isDetailed))
    default:
      return text(results.map(({ reason }) => reason).join('\n'))
  }
}

// Keys in the order of the alphabet, as the original sorts them.

function reasons(results: readonly HealthResult[]): object {
  return { detailed: false, reasons: results.map(({ reason }) => reason) }
}

function details(results: readonly HealthResult[]): object {
  const { heapTotal, heapUsed, rss } = process.memoryUsage()
  return {
    detailed: true,
    memory: { heapTotal, heapUsed, rss },
    node_version: process.version,
    now: new Date().toISOString(),
    platform: `${platform()} ${release()} ${process.arch}`,
    reasons: results.map(({ kind, details, reason }) => ({ class: kind, details, reason })),
    uptime: process.uptime(),
  }
}

function page(results: readonly HealthResult[], isDetailed: boolean): string {
  const cells = ({ kind, reason, details }: HealthResult): string[] => (isDetailed ? [kind, reason, details] : [reason])
  const row = (tag: string, values: readonly string[]): string =>
    `<tr>${values.map((value) => `<${tag}>${escapeHtml(value)}</${tag}>`).join('')}</tr>`
  const heads = isDetailed ? ['Kind', 'Reason', 'Details'] : ['Reason']
  const lines = [
    '<!doctype html>',
    '<html>',
    '<head><title>Healthcheck Status</title></head>',
    '<body>',
    ...(isDetailed ? server() : []),
    `<h2>Result of ${results.length} checks:</h2>`,
    '<table border="1">',
    row('th', heads),
    ...results.map((result) => row('td', cells(result))),
    '</table>',
    '</body>',
    '</html>',
    '',
  ]
  return lines.join('\n')
}

function server(): string[] {
  const facts = [
    ['Host', hostname()],
    ['Time', new Date().toISOString()],
    ['Node', process.version],
    ['Platform', `${platform()} ${release()} ${process.arch}`],
  ]
  return ['<h1>Server status</h1>', ...facts.map(([name, value]) => `<p>${name}: ${escapeHtml(value ?? '')}</p>`)]
}
