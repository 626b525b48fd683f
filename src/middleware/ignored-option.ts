// Options of the originals that change nothing here: read, so that the files of services in operation can be taken as
// they are. Setting one gives a warning with the reason.
import { type Option, str } from '../config/index.ts'

type Extras = Pick<Option, 'deprecatedNames' | 'secret'>

export function ignored(reason: string, extras: Partial<Extras> = {}): Option<string | null> {
  return str({ help: 'Read and ignored.', deprecatedForRemoval: { reason }, ...extras })
}
