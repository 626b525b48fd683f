// Branch labels: written at one revision, they belong to the whole branch. Pure.
import type { LinkedRevision } from './link-revisions.ts'

/** To all that follows, and down to where the branch begins: a branch point, a merge point, the base. */
export function spreadLabels(labelled: ReadonlyMap<string, LinkedRevision>): void {
  for (const [label, origin] of labelled) {
    const above = new Set([origin])
    for (const node of above) {
      node.labels.add(label)
      for (const one of node.next) above.add(one as LinkedRevision)
    }
    let node: LinkedRevision | undefined = origin
    while (node && node.neededBy.length <= 1 && node.down.length <= 1) {
      node.labels.add(label)
      node = node.down[0]
    }
  }
}
