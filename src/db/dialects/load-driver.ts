// Database drivers that this package does not bring: loaded when a URL asks for one.
import { SlipwayError } from '../../errors.ts'

/** @throws SlipwayError SLIPWAY_DB_DRIVER when the package is not installed */
export async function loadDriver<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (error) {
    if (!isMissing(error, name)) throw error
    throw new SlipwayError('SLIPWAY_DB_DRIVER', `the database needs the package "${name}", which is not installed`, {
      hint: `run: npm install ${name}`,
      cause: error,
    })
  }
}

/** Not what that package itself may miss. */
function isMissing(error: unknown, name: string): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false
  return error.code === 'ERR_MODULE_NOT_FOUND' && error.message.includes(`'${name}'`)
}
