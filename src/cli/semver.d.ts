// What is used of the package semver, which brings no types.
declare module 'semver' {
  const semver: {
    satisfies(version: string, range: string): boolean
    /** Null for text that is no range. */
    validRange(range: string): string | null
  }
  // oxlint-disable-next-line import/no-default-export -- it is what the package has
  export default semver
}
