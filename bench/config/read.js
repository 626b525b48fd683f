// Reads and validates one file with 300 declared options, as a command does at its start: once cold, then
// again and again. Prints its times in milliseconds as JSON.
const [, , file, rounds] = process.argv
const begin = performance.now()
const { bool, float, group, int, list, readConfig, str } = await import('../../dist/config/index.js')
const imported = performance.now()

const kinds = [
  (help) => str({ help }),
  (help) => int({ min: 0, default: 1, help }),
  (help) => bool({ default: false, help }),
  (help) => list({ default: [], help }),
  (help) => float({ default: 0.5, help }),
]
const groups = Array.from({ length: 10 }, (_none, index) => {
  const options = Array.from({ length: 30 }, (_none, at) => [`option_${at}`, kinds[at % kinds.length](`Option ${at}`)])
  return group(index === 0 ? 'DEFAULT' : `group_${index}`, Object.fromEntries(options))
})

function read() {
  const conf = readConfig({ groups, argv: ['--config-file', file], prog: 'bench', env: {} })
  // readConfig has validated everything already; the other side does it at access.
  return groups.map((one) => conf.get(one)).length
}

const times = Array.from({ length: Number(rounds) }, () => {
  const start = performance.now()
  read()
  return performance.now() - start
})
process.stdout.write(JSON.stringify({ load: imported - begin, cold: times[0], warm: times.slice(1) }))
