// The command `service-config-generator`: the sample of the service's configuration file, or a reference of
// its options, under the flags of oslo-config-generator.
import { readConfig } from '../../config/index.ts'
import { generate, generatorGroup, writeText } from '../../config/tools.ts'
import { renderDiagnostics } from '../../diagnostic.ts'
import { groups } from '../opts.ts'
import { readVersion } from '../version.ts'

/** The name of the entry point of `slipway.config` that leads to the same options. */
const namespace = 'service'

export function main(argv: readonly string[]): number {
  const conf = readConfig({
    groups: [generatorGroup],
    argv,
    prog: 'service-config-generator',
    version: readVersion(),
    description: 'Writes a sample of the configuration file of the service, or a reference of its options.',
  })
  const settings = conf.get(generatorGroup)
  const { text, problems } = generate([{ name: namespace, groups }], settings)
  const told = [...conf.warnings, ...problems]
  if (told.length > 0) process.stderr.write(`${renderDiagnostics(told, { cwd: process.cwd() })}\n\n`)
  if (settings.output_file === null) process.stdout.write(text)
  else writeText(settings.output_file, text)
  return 0
}
