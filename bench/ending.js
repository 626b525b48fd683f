// A bench that is broken off (Ctrl-C, TERM) ends what it has started.
const releases = new Set()
let isWatching = false

/** Called when the bench is broken off; returns what takes it back. */
export function whenBroken(release) {
  if (!isWatching) for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, broken)
  isWatching = true
  releases.add(release)
  return () => void releases.delete(release)
}

function broken() {
  for (const release of releases) release()
  process.exit(1)
}
