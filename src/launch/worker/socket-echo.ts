// Entry of the short-lived process that gives a worker thread duplicates of the sockets it was started with: it opens
// each descriptor without accepting from it, sends it back over the IPC channel, which duplicates it, and ends.
import net from 'node:net'

type OpenHandle = (address: null, port: number, addressType: number, fd: number) => object

const { _createServerHandle: openHandle } = net as unknown as { readonly _createServerHandle: OpenHandle }
const firstFd = 3
const count = Number(process.argv[2])

// Node sends the second socket when the first has been confirmed: until then nothing else keeps this process.
process.channel?.ref()

for (let index = 0; index < count; index++) {
  const handle = openHandle(null, 0, 4, firstFd + index)
  // The types know servers and sockets only; what they wrap is sent as well.
  process.send?.(index, handle as net.Server, {}, () => {
    if (index === count - 1) process.disconnect()
  })
}
