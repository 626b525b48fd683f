// The variable `path_info` at the end of a route: what it holds is left to the app inside, all before it counts as
// mounted. Pure.
import type { HttpRequest } from '../../http/index.ts'

/** `value` is the decoded end of the path; the path is cut where that starts, and stays raw. */
export function movePathInfo(req: HttpRequest, value: string): void {
  const path = req.pathInfo
  const start = startOf(path, value)
  req.scriptName += path.slice(0, start).replace(/\/$/u, '')
  const rest = path.slice(start)
  req.pathInfo = rest.startsWith('/') ? rest : `/${rest}`
}

/** Backwards over as many bytes as the value has; three characters are one where they are an encoding. */
function startOf(path: string, value: string): number {
  let bytes = Buffer.byteLength(value)
  let start = path.length
  while (bytes > 0 && start > 0) {
    const isEncoded = path[start - 3] === '%'
    start -= isEncoded ? 3 : 1
    bytes -= isEncoded ? 1 : Buffer.byteLength(path[start] ?? '')
  }
  return start
}
