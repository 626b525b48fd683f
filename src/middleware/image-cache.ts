// glance's cache and cachemanage, so that its deployment files load: both pass everything on. What they
// do in the original, to keep copies of images on the disk of the API and to list them, is the business of
// an image service and of nobody else. Runs in workers.
import type { FilterFactory } from '../http/index.ts'

/** `paste.filter_factory`; takes no settings. Says once that nothing is kept. */
export const filterFactory: FilterFactory = (_globalConf, _settings, { log, section }) => {
  log.warn(`[${section}] passes requests on: there is no cache of images here`)
  return (app) => app
}
