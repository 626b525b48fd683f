// The memory of the process as the system counts it. To read it takes a descriptor: while there is none left, the
// figure is that of before.

export function residentSetReader(): () => number {
  let last = 0
  return () => {
    try {
      last = process.memoryUsage.rss()
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code !== 'EMFILE' && code !== 'ENFILE') throw error
    }
    return last
  }
}
