// `slipway explain`: what a code of a message means and how to mend it.
import { headings, type Verb } from './verb.ts'

export const explain: Verb = {
  usage: 'explain <code>',
  heading: headings.learn,
  summary: 'Explain the code of a message',
  args: ['the code, such as SLIPWAY_REFERENCE_MODULE; "SLIPWAY_" may be left out'],
  completes: ['codes'],
  flags: [],
  examples: [['slipway explain SLIPWAY_REFERENCE_MODULE', 'a module that was not found']],
  async run([code = ''], _options, terminal) {
    const { explainCode } = await import('./explain-code.ts')
    return explainCode(String(code), terminal)
  },
}
