// Asks for a user and a password (RFC 7617) and compares them with a file of htpasswd. Runs in workers.
// The app learns who it is from X-User and X-User-Name, as with oslo.middleware; what a client claims in
// identity headers of its own is taken away.
import { createHmac, randomBytes } from 'node:crypto'
import { type Filter, type FilterFactory, type HttpRequest, type HttpResponse, json } from '../http/index.ts'
import { bcrypt } from '../lazy-packages.ts'
import type { Answer } from './answer.ts'
import { PasswordFile, type Users } from './htpasswd.ts'
import { setHeader, stripIdentity } from './keystone/identity-headers.ts'
import { basicAuthGroup, type BasicAuthSettings } from './options.ts'
import { authentication } from './place.ts'
import { removeHeader } from './remove-header.ts'

interface Credentials {
  readonly user: string
  readonly password: string
}

/** @param users asked for with every request: they may change */
export function basicAuth(users: () => Users): Filter {
  const verify = verifier()
  return (app) => (req) => {
    const credentials = credentialsOf(req.header('authorization'))
    if (typeof credentials === 'string') return refusal(credentials)
    const enter = (isRight: boolean): Answer => {
      if (!isRight) return refusal('wrong user or password')
      identify(req, credentials.user)
      return app(req)
    }
    const isRight = verify(credentials, users())
    return typeof isRight === 'boolean' ? enter(isRight) : isRight.then(enter)
  }
}

function identify({ node: { message } }: HttpRequest, user: string): void {
  stripIdentity(message)
  removeHeader(message, 'authorization')
  setHeader(message, 'x-user', user)
  setHeader(message, 'x-user-name', user)
}

/** The original's body; the header, without which a browser asks nobody, it lacks. */
function refusal(message: string): HttpResponse {
  const headers = { 'www-authenticate': 'Basic realm="api", charset="UTF-8"' }
  return json({ error: { message, code: 401 } }, 401, headers)
}

/** What the header says, or what is wrong with it. */
function credentialsOf(header: string | undefined): Credentials | string {
  if (header === undefined) return 'this needs a user and a password'
  const [, scheme = '', token = ''] = /^\s*(\S+)\s+(\S+)\s*$/u.exec(header) ?? []
  if (scheme === '') return 'the header Authorization cannot be read'
  if (scheme.toLowerCase() !== 'basic') return 'the only authorization here is Basic'
  const pair = /^[\w+/-]+={0,2}$/u.test(token) ? Buffer.from(token, 'base64').toString() : ''
  const colon = pair.indexOf(':')
  if (colon === -1) return 'the header Authorization cannot be read'
  return { user: pair.slice(0, colon), password: pair.slice(colon + 1) }
}

/** Credentials whose answer is remembered, right ones and wrong ones apart: a flood of guesses must not push out who is let in. */
const mostRemembered = 1000

/** Compared against where the file has nobody. */
const nobody = '$2b$10$CwTycUXWue0Thq9StjUM0uJ8t0ZQ9wcWPfBnVhfG7PjC/sTBEPFe2'

type Verifier = (credentials: Credentials, users: Users) => boolean | Promise<boolean>

/** bcrypt takes a tenth of a second by design: it runs once for each pair, not for each request. */
function verifier(): Verifier {
  const secret = randomBytes(32)
  const right = new Remembered<true>()
  const wrong = new Remembered<false>()
  const running = new Map<string, Promise<boolean>>()
  return ({ user, password }, users) => {
    const hash = users.get(user)
    // With the hash in it: whoever gets another password is asked again. Neither is kept in the clear.
    const key = createHmac('sha256', secret)
      .update(JSON.stringify([user, password, hash]))
      .digest('base64')
    const known = right.get(key) ?? wrong.get(key) ?? running.get(key)
    if (known !== undefined) return known
    const comparing = compare(password, hash, users).then((isRight) => {
      if (isRight) right.keep(key, true)
      else wrong.keep(key, false)
      return isRight
    })
    const forgotten = comparing.finally(() => running.delete(key))
    running.set(key, forgotten)
    return forgotten
  }
}

/** For a user that is none somebody else's hash is compared: how long an answer takes must not tell who is one. */
async function compare(password: string, hash: string | undefined, users: Users): Promise<boolean> {
  const [other = nobody] = users.values()
  const isSame = await bcrypt().compare(password, hash ?? other)
  return isSame && hash !== undefined
}

class Remembered<T> {
  readonly #answers = new Map<string, T>()

  get(key: string): T | undefined {
    return this.#answers.get(key)
  }

  keep(key: string, answer: T): void {
    const [oldest] = this.#answers.keys()
    if (this.#answers.size >= mostRemembered && oldest !== undefined) this.#answers.delete(oldest)
    this.#answers.set(key, answer)
  }
}

/** `paste.filter_factory` */
export const filterFactory = Object.assign(
  ((_globalConf, settings, context) => {
    const file = new PasswordFile(settings.http_basic_auth_user_file, context.log)
    context.onClose(() => file.close())
    return basicAuth(() => file.users)
  }) satisfies FilterFactory<BasicAuthSettings>,
  { options: basicAuthGroup, place: { roles: [authentication] } },
)
