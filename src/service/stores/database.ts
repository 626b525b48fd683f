// The content in the row itself: nothing more to back up. What is chosen unless the configuration says otherwise.
import type { ContentStore } from './store.ts'

export class DatabaseStore implements ContentStore {
  async put(_: string, content: string): Promise<string> {
    return content
  }

  atHand(kept: string): string {
    return kept
  }

  async get(_: string, kept: string): Promise<string> {
    return kept
  }

  async remove(): Promise<void> {
    // It goes with the row.
  }
}
