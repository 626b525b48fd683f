// What the figures have to hold, and whether they do.
import { ratio, table } from '../figures.js'
import { peers } from './peers.js'
import { figure, ratioOf, sum } from './render.js'

const ours = ['slipway', 'threads', 'service']
const startLimit = 1.3
const cpuLimit = 1.05
/** Closer than this nobody is first: runs differ by more. */
const level = 0.05

/** Columns in which ours should be first among the launchers of Node; true: more is better. */
const columns = new Map([
  ['start 1', false],
  ['start 2', false],
  ...[1, 2].flatMap((workers) =>
    ['kept', 'fresh'].flatMap((kind) => [
      [`${kind} rate ${workers}`, true],
      [`${kind} p99 ${workers}`, false],
      [`${kind} cpu ${workers}`, false],
    ]),
  ),
  ['worker memory 2', false],
  ['memory 2', false],
  ['blocked rate 2', true],
  ['blocked p99 2', false],
])

export function renderTargets(samples) {
  const rows = [...againstPrototypes(samples), ...losses(samples), ...firsts(samples)]
  return table('Targets', ['target', 'found', ''], rows)
}

/** Each of our models beside the prototype of the same. */
function againstPrototypes(samples) {
  return [
    ['slipway', 'prototype', 'start 2', startLimit],
    ['service', 'prototype', 'start 2', startLimit],
    ['threads', 'prototypeThreads', 'start 2', startLimit],
    ['slipway', 'prototype', 'fresh cpu 1', cpuLimit],
    ['slipway', 'prototype', 'fresh cpu 2', cpuLimit],
    ['threads', 'prototypeThreads', 'fresh cpu 2', cpuLimit],
  ].flatMap(([name, base, key, limit]) => {
    const found = ratioOf(samples, name, base, key)
    const target = `${peers[name].title}: ${key} at most ${limit} times that of the ${peers[base].title}`
    return found === null ? [] : [[target, ratio(found), found <= limit ? 'met' : 'not met']]
  })
}

function losses(samples) {
  return ours.flatMap((name) =>
    ['fresh', 'kept'].flatMap((kind) => {
      const failed = sum(samples, name, `lost ${kind} 2`)
      const of = sum(samples, name, `answered ${kind} 2`)
      const target = `${peers[name].title}: no request lost across reloads (${kind} connections)`
      return failed === null ? [] : [[target, `${failed} of ${of}`, failed === 0 ? 'met' : 'not met']]
    }),
  )
}

/** Ours with processes beside the best of the others, like with like. */
function firsts(samples) {
  const best = (names, key, isMore) => {
    const found = names.map((name) => [name, figure(samples, name, key)]).filter(([, value]) => value !== null)
    return found.toSorted(([, a], [, b]) => (isMore ? b - a : a - b))[0]
  }
  const others = [...samples.keys()].filter((name) => peers[name].kind === 'node' && !ours.includes(name))
  return [...columns].flatMap(([key, isMore]) => {
    const us = best(['slipway'], key, isMore)
    const them = best(others, key, isMore)
    if (us === undefined || them === undefined) return []
    const found = isMore ? them[1] / us[1] : us[1] / them[1]
    const verdict = found <= 1 ? 'met' : found <= 1 + level ? 'level' : 'not met'
    return [[`first of the Node launchers: ${key}`, `${ratio(found)} of ${peers[them[0]].title}`, verdict]]
  })
}
