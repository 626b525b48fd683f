// Deployment-file forms of the bridges: a Connect middleware as a filter, a Node app (Express, Koa,
// Fastify, Hono or a plain listener) as an app, named by a reference in a setting.
import { SlipwayError } from '../errors.ts'
import type { AppFactory, FactoryContext, FilterFactory, Settings } from '../http/factory.ts'
import { adoptApp, adoptFilter } from '../http/index.ts'

/**
 * `middleware = helmet:default`, further settings as the one argument of a function that makes the middleware.
 * A function of three parameters is the middleware itself.
 */
export const connectFilterFactory: FilterFactory = async (_globalConf, settings, context) => {
  const value = await load('middleware', settings, context)
  if (typeof value !== 'function') return adoptFilter(value)
  if (value.length >= 3) return adoptFilter(value)
  return adoptFilter(await (value as (options?: object) => unknown)(optionsOf(settings, 'middleware')))
}

/** `app = ./legacy.js:app`: the app itself. Write a factory of your own where it has to be made. */
export const nodeAppFactory: AppFactory = async (_globalConf, settings, context) =>
  adoptApp(await load('app', settings, context))

async function load(key: string, settings: Settings, context: FactoryContext): Promise<unknown> {
  const reference = settings[key]
  if (reference !== undefined) return context.load(reference)
  throw new SlipwayError('SLIPWAY_PASTE_SETTING', `[${context.section}] has no "${key}"`, {
    where: context.where,
    expected: `${key} = module:attr`,
  })
}

/** The other settings: JSON where the text is JSON (`true`, `10`, `["a"]`), else the text. */
function optionsOf(settings: Settings, key: string): object | undefined {
  const entries = Object.entries(settings).filter(([name]) => name !== key)
  return entries.length === 0 ? undefined : Object.fromEntries(entries.map(([name, text]) => [name, valueOf(text)]))
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return text
    throw error
  }
}
