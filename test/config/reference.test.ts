import { describe, expect, test } from 'vitest'
import { bool, duration, int, list, multi, port, str } from '../../src/config/declare.ts'
import { generate, type GeneratorSettings } from '../../src/config/generator.ts'
import { group } from '../../src/config/index.ts'
import { referenceOf } from '../../src/config/reference-json.ts'
import { renderReference } from '../../src/config/reference-markdown.ts'

const main = group('DEFAULT', {
  debug: bool({ default: false, cli: true, short: 'd', mutable: true, help: 'Log more.' }),
  strategy: str({
    default: 'none',
    choices: { none: 'believe *everybody*', '': 'nobody' },
    deprecatedNames: ['API.auth', 'method'],
    help: 'Who may <enter>: see _this_ and log_dir.',
  }),
  files: multi({ positional: true }),
  password: str({ secret: true, default: 'hush' }),
})
const api = group(
  'API',
  {
    port: port({ required: true, sampleDefault: 8080 }),
    names: list({ default: ['a`b', ' c'], advanced: true }),
    wait: duration({ default: 90, min: 1 }),
    ratio: int({ deprecatedForRemoval: { since: '2.0', reason: 'nobody needs it' } }),
    motd: str({ default: 'two\nlines' }),
  },
  { help: 'Where it listens.' },
)
const shop = { name: 'shop', groups: [main, api] }

describe('the reference in Markdown', () => {
  test('tells of each option what it is and every way to set it', () => {
    expect(renderReference([shop])).toMatchInlineSnapshot(`
      "# Configuration options

      ## \`[DEFAULT]\`

      ### \`debug\`

      Log more.

      - boolean value, can be changed without restarting, default \`false\`
      - flag \`--debug\` or \`-d\`, variable \`OS_DEFAULT__DEBUG\`

      ### \`strategy\`

      Who may \\<enter>: see \\_this\\_ and log_dir.

      - string value, default \`none\`
      - one of
        - \`none\`: believe \\*everybody\\*
        - empty: nobody
      - variable \`OS_DEFAULT__STRATEGY\`
      - earlier names: \`api.auth\`, \`method\`

      ### \`files\`

      - multi valued, required
      - argument \`<files>\`, variable \`OS_DEFAULT__FILES\`

      ### \`password\`

      - string value, secret, its default is not shown
      - variable \`OS_DEFAULT__PASSWORD\`

      ## \`[api]\`

      Where it listens.

      ### \`api.port\`

      - port value, required, at least 0, at most 65535, for example \`8080\`
      - variable \`OS_API__PORT\`

      ### \`api.wait\`

      - duration value, at least 1s, default \`1m30s\`
      - variable \`OS_API__WAIT\`

      ### \`api.ratio\`

      - integer value
      - variable \`OS_API__RATIO\`
      - **deprecated** since 2.0, it will be removed: nobody needs it

      ### \`api.motd\`

      - string value, default \`"two\\nlines"\`
      - variable \`OS_API__MOTD\`

      ### \`api.names\`

      - list value, default \`\`a\`b, c\`\`
      - variable \`OS_API__NAMES\`
      - for advanced users: it may affect stability and speed
      "
    `)
  })

  test('tells where options come from when there is more than one place', () => {
    const other = { name: 'other', groups: [group('API', { more: str() })] }
    expect(renderReference([shop, other])).toContain('From `other`:\n\n### `api.more`')
  })
})

describe('the reference as data', () => {
  test('has the layout of the original, for its validator', () => {
    const { options, deprecated_options } = referenceOf([shop])
    expect(Object.keys(options)).toEqual(['DEFAULT', 'api'])
    expect(options.api).toMatchObject({
      help: 'Where it listens.',
      standard_opts: ['port', 'wait', 'ratio', 'motd', 'names'],
    })
    expect(options.api?.opts[0]).toEqual({
      name: 'port',
      dest: 'port',
      namespace: 'shop',
      type: 'port value',
      kind: 'port',
      help: '',
      default: null,
      default_text: null,
      sample_default: 8080,
      choices: [],
      min: 0,
      max: 65_535,
      short: null,
      metavar: null,
      positional: false,
      secret: false,
      required: true,
      mutable: false,
      advanced: false,
      deprecated_opts: [],
      deprecated_for_removal: false,
      deprecated_reason: null,
      deprecated_since: null,
      flag: null,
      env: 'OS_API__PORT',
    })
    expect(deprecated_options).toEqual({
      api: [{ name: 'auth', replacement_name: 'strategy', replacement_group: 'DEFAULT' }],
      DEFAULT: [{ name: 'method', replacement_name: 'strategy', replacement_group: 'DEFAULT' }],
    })
  })

  test('keeps the default of a secret to itself, in every format', () => {
    const settings: GeneratorSettings = {
      namespace: null,
      wrap_width: 70,
      minimal: false,
      summarize: false,
      format: 'ini',
    }
    for (const format of ['ini', 'json', 'markdown'] as const) {
      const { text } = generate([shop], { ...settings, format })
      expect(text).toContain('password')
      expect(text).not.toContain('hush')
    }
  })
})
