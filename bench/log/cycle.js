// The same requests without a server round them: what the context alone costs, without the noise of a network.
import { ways } from './ways.js'

const way = ways[process.argv[2]]
process.on('message', (count) => {
  const before = process.cpuUsage()
  let left = count
  const next = () => {
    left -= 1
    if (left >= 0) return way(next)
    const { user, system } = process.cpuUsage(before)
    process.send({ cpu: (user + system) / count })
  }
  next()
})
process.on('disconnect', () => process.exit())
process.send('ready')
