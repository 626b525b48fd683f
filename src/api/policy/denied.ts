// What a denied request is answered with. The rule is named, as in OpenStack; what was compared is not the client's business.
import { HttpError } from '../../http/responses.ts'
import type { ScopeType } from './declare.ts'

/** 403: the policy does not allow it. Recognise it by its `name`. */
export class PolicyNotAuthorized extends HttpError {
  readonly rule: string

  constructor(rule: string) {
    super(403, `${rule} is disallowed by policy`)
    this.name = 'PolicyNotAuthorized'
    this.rule = rule
  }
}

/** 403: the token has another scope than the policy is for, and `enforce_scope` is on. */
export class InvalidScope extends HttpError {
  readonly rule: string

  constructor(rule: string, wanted: readonly ScopeType[], given: ScopeType) {
    super(403, `${rule} requires a scope of ${wanted.join(' or ')}, request was made with ${given} scope`)
    this.name = 'InvalidScope'
    this.rule = rule
  }
}
