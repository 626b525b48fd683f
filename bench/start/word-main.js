// A command that does next to nothing, and says so.
export const main = () => {
  process.stdout.write('done\n')
  return 0
}
