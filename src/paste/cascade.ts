// `egg:Paste#cascade`: tries app after app until one answers with a status that is not caught.
import type { CompositeFactory } from '../http/factory.ts'
import { type App, HttpError, type HttpRequest, type HttpResponse } from '../http/index.ts'
import { cascadeApps, parseCatch } from './cascade-settings.ts'

/** An app that tells what it tries. */
export type Cascade = App & { readonly apps: readonly App[]; readonly catches: readonly number[] }

export const cascadeFactory: CompositeFactory = async (loader, globalConf, settings) => {
  const apps: App[] = []
  for (const key of cascadeApps(new Map(Object.entries(settings)))) {
    apps.push(await loader.getApp(settings[key], globalConf))
  }
  return createCascade(apps, parseCatch(settings.catch))
}

export function createCascade(apps: readonly App[], catches: readonly number[]): Cascade {
  const last = apps.at(-1)
  const others = apps.slice(0, -1)
  const dispatch: App = async (req) => {
    const { scriptName, pathInfo } = req
    // Read once, so that every app finds the body from its start.
    if (others.length > 0) await req.body.bytes()
    for (const app of others) {
      const response = await answerOf(app, req, catches)
      if (response !== null) return response
      req.scriptName = scriptName
      req.pathInfo = pathInfo
    }
    if (last) return last(req)
    throw new HttpError(404)
  }
  return Object.assign(dispatch, { apps, catches })
}

async function answerOf(app: App, req: HttpRequest, catches: readonly number[]): Promise<HttpResponse | null> {
  try {
    const response = await app(req)
    return catches.includes(response.status) ? null : response
  } catch (error) {
    if (error instanceof HttpError && catches.includes(error.status)) return null
    throw error
  }
}
