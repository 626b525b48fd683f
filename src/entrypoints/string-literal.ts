// A text as JavaScript, for code that is written to files: start scripts, revision files. Pure.

/** In single quotes, as the code of this package and of most others has them. */
export function quote(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
}
