// A certificate for 127.0.0.1 that nobody trusts, by openssl. Made anew each time it is called.
import { execFileSync } from 'node:child_process'
import { renameSync } from 'node:fs'
import { join } from 'node:path'

/** Writes `key.pem` and `cert.pem` into a folder. */
export function makeCertificate(folder) {
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => join(folder, name))
  const flags = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1']
  execFileSync('openssl', ['req', ...flags, ...subject, '-keyout', `${key}.new`, '-out', `${cert}.new`], {
    stdio: 'ignore',
  })
  renameSync(`${key}.new`, key)
  renameSync(`${cert}.new`, cert)
  return { key, cert }
}
