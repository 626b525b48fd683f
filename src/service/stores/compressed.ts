// The content in the row, compressed: for many long texts and few requests. zlib works in Node's thread pool.
import { promisify } from 'node:util'
import { brotliCompress, brotliDecompress } from 'node:zlib'
import type { ContentStore } from './store.ts'

const compress = promisify(brotliCompress)
const decompress = promisify(brotliDecompress)

export class CompressedStore implements ContentStore {
  async put(_: string, content: string): Promise<string> {
    return (await compress(content)).toString('base64')
  }

  async get(_: string, kept: string): Promise<string> {
    return (await decompress(Buffer.from(kept, 'base64'))).toString('utf-8')
  }

  async remove(): Promise<void> {
    // It goes with the row.
  }
}
