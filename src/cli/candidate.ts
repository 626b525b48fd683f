// What `slipway complete` answers a shell with, one a line.

/** What a shell may put in the place of a word, and what it means. */
export interface Candidate {
  readonly word: string
  readonly about?: string | undefined
}

/** The word by which a shell is asked for its own completion of files. */
export const filesWord = ':files'
