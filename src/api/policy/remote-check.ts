// `http:` and `https:` checks: another server decides. Asked by POST as oslo.policy asks; a server that does not answer
// in time, or answers anything but True, does not allow. Loads the client when the first rule asks; follows no redirect.
import { messageOf } from '../../diagnostic.ts'
import { readFile } from 'node:fs/promises'
import type { ClientRequest, IncomingMessage } from 'node:http'
import type { RequestOptions } from 'node:https'
import type { Logger } from '../../log/index.ts'
import type { PolicySettings } from './options.ts'
import type { Template } from './template.ts'
import type { Leaf, PolicyValues } from './tree.ts'

interface RemoteQuestion {
  readonly rule: string
  readonly target: PolicyValues
  readonly credentials: PolicyValues
}

/** What the server at the URL decides; null when there is no telling, which has been logged. */
export type AskRemote = (url: string, question: RemoteQuestion) => Promise<boolean | null>

/** @param url the whole check: the scheme is its kind */
export function remoteLeaf(text: string, url: Template, ask: AskRemote): Leaf {
  return {
    kind: 'check',
    text,
    waits: true,
    bind: (ifBroken) => (target, credentials, rule) => {
      const place = url.render(target)
      return place === null ? false : ask(place, { rule, target, credentials }).then((answer) => answer ?? ifBroken)
    },
    describe: (target) => (url.render(target) === null ? 'the target lacks a name of the URL' : 'the server decided'),
  }
}

/** Longer answers are none that allow. */
const longestAnswer = 64

type RemoteSettings = Pick<
  PolicySettings,
  | 'remote_content_type'
  | 'remote_timeout'
  | 'remote_ssl_verify_server_crt'
  | 'remote_ssl_ca_crt_file'
  | 'remote_ssl_client_crt_file'
  | 'remote_ssl_client_key_file'
>

/** One log line for each question that got no answer. */
export function remoteAsker(settings: RemoteSettings, log: Pick<Logger, 'error'>): AskRemote {
  return async (url, question) => {
    try {
      return (await post(url, bodyOf(question, settings), settings)).replaceAll(/^"+|"+$/gu, '') === 'True'
    } catch (error) {
      const reason = messageOf(error)
      const shown = url.replace(/\?.*/su, '')
      log.error(
        { code: 'SLIPWAY_POLICY_REMOTE', rule: question.rule, err: error },
        `the policy server ${shown} did not decide on "${question.rule}", which is denied: ${reason}`,
      )
      return null
    }
  }
}

interface Body {
  readonly type: string
  readonly text: string
}

function bodyOf({ rule, target, credentials }: RemoteQuestion, { remote_content_type: type }: RemoteSettings): Body {
  if (type === 'application/json') return { type, text: JSON.stringify({ rule, target, credentials }) }
  const fields = {
    rule: JSON.stringify(rule),
    target: JSON.stringify(target),
    credentials: JSON.stringify(credentials),
  }
  return { type, text: new URLSearchParams(fields).toString() }
}

async function post(url: string, { type, text }: Body, settings: RemoteSettings): Promise<string> {
  const isSecure = url.startsWith('https:')
  const { request } = isSecure ? await import('node:https') : await import('node:http')
  const signal = AbortSignal.timeout(settings.remote_timeout * 1000)
  const options: RequestOptions = {
    method: 'POST',
    signal,
    headers: { 'content-type': type, 'content-length': Buffer.byteLength(text) },
    ...(isSecure ? await tlsOf(settings) : {}),
  }
  return new Promise((resolve, reject) => {
    const sent: ClientRequest = request(url, options, (answer) => void readAnswer(answer).then(resolve, reject))
    sent.on('error', (error) => {
      reject(signal.aborted ? new Error(`no answer in ${settings.remote_timeout} s`, { cause: error }) : error)
    })
    sent.end(text)
  })
}

/** The status does not count, as in oslo.policy. */
async function readAnswer(answer: IncomingMessage): Promise<string> {
  let text = ''
  answer.setEncoding('utf-8')
  for await (const chunk of answer) {
    text += String(chunk)
    if (text.length > longestAnswer) {
      answer.destroy()
      break
    }
  }
  return text
}

/** Read for each question, so that renewed certificates count: such checks are rare and slow by nature. */
async function tlsOf(settings: RemoteSettings): Promise<RequestOptions> {
  const { remote_ssl_ca_crt_file: ca, remote_ssl_client_crt_file: cert, remote_ssl_client_key_file: key } = settings
  return {
    rejectUnauthorized: settings.remote_ssl_verify_server_crt,
    ...(ca === null ? {} : { ca: await readFile(ca) }),
    ...(cert === null ? {} : { cert: await readFile(cert) }),
    ...(key === null ? {} : { key: await readFile(key) }),
  }
}
