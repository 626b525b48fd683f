// Enforcers over policy files in folders of their own, and a log that keeps what it is told.
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import {
  createEnforcer,
  type Enforcer,
  type EnforcerOptions,
  type PolicyLog,
} from '../../../src/api/policy/enforcer.ts'
import type { PolicySettings } from '../../../src/api/policy/options.ts'

export interface PolicyFixture extends EnforcerOptions {
  readonly settings?: Partial<PolicySettings>
}

/** An enforcer of rules that stand in a JSON file. It does not watch it. */
export function policyFrom(rules: Readonly<Record<string, unknown>>, fixture: PolicyFixture = {}): Enforcer {
  return policyOfText(JSON.stringify(rules), fixture)
}

export function policyOfText(text: string, { settings, ...options }: PolicyFixture = {}): Enforcer {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-policy-'))
  try {
    const file = join(folder, 'policy.yaml')
    writeFileSync(file, text)
    return createEnforcer({ policy_file: file, policy_dirs: [], ...settings }, { watches: false, ...options })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** A folder with these files, for the time of a test. */
export function policyFolder(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-policy-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}

export interface KeptLog extends PolicyLog {
  readonly lines: string[]
}

export function keptLog(): KeptLog {
  const lines: string[] = []
  const keep = (level: string) => (first: unknown, message?: unknown) =>
    void lines.push(`${level} ${String(typeof first === 'string' ? first : message)}`)
  return { lines, info: keep('info'), warn: keep('warn'), error: keep('error') } as KeptLog
}
