// The start scripts in bin/ and package.json, which npm installs commands from, beside the manifest that declares
// them.
import { existsSync, readdirSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { type Diagnostic, diagnostic, type DiagnosticParts } from '../errors.ts'
import type { Patient } from './examine.ts'
import type { PackageJson } from './package-json.ts'
import { madeFrom, type ScriptFile, scriptFiles } from './script-files.ts'

export function examineScripts(patient: Patient, json: PackageJson | null): Diagnostic[] {
  const { project, binFolder } = patient
  // Entries that can have no script are told with the rest of the manifest.
  const { files } = scriptFiles(project, binFolder)
  return [
    ...files.flatMap(scriptProblem),
    ...leftOver(files, binFolder),
    ...(json === null ? [] : [...binProblems(files, json, patient), ...unpacked(patient, json)]),
  ]
}

function warning(message: string, parts: DiagnosticParts): Diagnostic {
  return diagnostic('warning', 'SLIPWAY_DOCTOR_SCRIPT', message, parts)
}

function scriptProblem({ entry, file, state }: ScriptFile): Diagnostic[] {
  const { name, where } = entry
  const hint = 'write it: slipway scripts --write'
  switch (state) {
    case 'same':
      return []
    case 'missing':
      return [warning(`command "${name}" has no start script`, { where, found: `${file} is not there`, hint })]
    case 'differs':
      return [
        warning(`the start script of "${name}" is not what the manifest says`, {
          where: { file },
          found: `the entry stands in ${where.file}:${where.line}`,
          hint,
        }),
      ]
    case 'not executable':
      return [
        diagnostic('error', 'SLIPWAY_DOCTOR_SCRIPT', `the start script of "${name}" is not executable`, {
          where: { file },
          hint: `chmod +x ${file}`,
        }),
      ]
  }
}

/** Scripts that were made from an entry that is gone. */
function leftOver(files: readonly ScriptFile[], binFolder: string): Diagnostic[] {
  const names = existsSync(binFolder) ? readdirSync(binFolder).filter((name) => name.endsWith('.js')) : []
  return names.flatMap((name) => {
    const file = join(binFolder, name)
    if (files.some((script) => script.file === file)) return []
    const maker = madeFrom(file)
    if (maker === null || maker === 'a hand') return []
    return warning(`a start script is left of "${maker.entry}", which ${maker.group} has no more`, {
      where: { file },
      hint: `remove it: rm ${file}`,
    })
  })
}

function binProblems(files: readonly ScriptFile[], json: PackageJson, { project }: Patient): Diagnostic[] {
  const code = 'SLIPWAY_DOCTOR_BIN'
  const missing = files.flatMap(({ entry, file }) => {
    const path = json.bin.get(entry.name)
    const wanted = relative(project.folder, file)
    if (path === undefined) {
      return diagnostic('warning', code, `npm would not install the command "${entry.name}"`, {
        where: json.where('bin'),
        found: `the manifest declares it in ${entry.where.file}:${entry.where.line}`,
        hint: `add to "bin": "${entry.name}": "${wanted}", or let it be added: slipway scripts --write`,
      })
    }
    if (resolve(project.folder, path) === file) return []
    return diagnostic('warning', code, `the command "${entry.name}" is not its start script`, {
      where: json.where('bin', entry.name),
      expected: wanted,
      hint: 'correct it: slipway scripts --write',
    })
  })
  const dead = [...json.bin].flatMap(([name, path]) => {
    const file = resolve(project.folder, path)
    // A script that is not written yet is told above.
    if (existsSync(file) || files.some((script) => script.file === file)) return []
    return diagnostic('error', code, `the file of the command "${name}" is not there`, {
      where: json.where('bin', name),
      found: path,
      hint: 'correct the path, or remove the command',
    })
  })
  return [...missing, ...dead]
}

/** A manifest that npm leaves out of the package is one that nobody finds after an install. */
function unpacked({ project }: Patient, json: PackageJson): Diagnostic[] {
  const { files } = json
  if (files === null) return []
  return project.manifests.flatMap((manifest) => {
    const name = relative(project.folder, manifest.file)
    const isKept = name === 'package.json' || files.some((one) => one.includes('*') || resolve('/', one) === `/${name}`)
    if (isKept || manifest.entryPoints.length === 0) return []
    return diagnostic('warning', 'SLIPWAY_DOCTOR_BIN', `npm would leave the manifest "${name}" out of the package`, {
      where: json.where('files'),
      hint: `add "${name}" to "files"`,
    })
  })
}
