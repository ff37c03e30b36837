// Cases that tell of one thing twice: a claim that is contradicted, and the test that regressed by which it is.

import type { Case, Checked } from './types'

/** What a case says in code: commands and tests. */
const named = (words: string): string[] => [...words.matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? '')

/** Names of tests are told whole, or by their last part alone. */
const ENDS_BEFORE = /(?:::|[\s./>#])$/
const GOES_ON = /^(?:$|[[/(])/

export function isTest(name: string, leaf: string): boolean {
  if (leaf === '') return false
  for (let at = name.indexOf(leaf); at >= 0; at = name.indexOf(leaf, at + 1)) {
    if ((at === 0 || ENDS_BEFORE.test(name.slice(0, at))) && GOES_ON.test(name.slice(at + leaf.length)))
      return true
  }
  return false
}

/** A long command is told by its beginning, and without the marks of code. */
function isCommand(name: string, command: string): boolean {
  const plain = command.replaceAll('`', "'").replaceAll(/\s+/g, ' ').trim()
  return name.endsWith('…') ? plain.startsWith(name.slice(0, -1).trimEnd()) : plain === name
}

/** Whether a claim is contradicted by that very test, or where none is named, by that very check. */
function isAbout(claim: Case, regressed: Case, checks: readonly Checked[]): boolean {
  const subject = named(regressed.words)[0]
  if (!subject) return false
  const names = named(claim.words)
  const said = checks.filter(({ command }) => names.some((name) => isCommand(name, command)))
  if (said.some(({ command }) => isCommand(subject, command))) return names.length === 1
  const isNamed = names.some(
    (name) => !said.some(({ command }) => isCommand(name, command)) && isTest(name, subject),
  )
  // Two checks may have tests of one name.
  const hasIt = ({ tests = [], left_out }: Checked): boolean =>
    (left_out ?? 0) > 0 ||
    tests.some(({ name, standing }) => standing === 'regressed' && isTest(name, subject))
  return isNamed && (said.length === 0 || said.some(hasIt))
}

export interface Told {
  one: Case
  /** What tells the same again. */
  also: Case[]
}

/** Each case, with those that tell the same folded in; none is left out, and none is there twice. */
export function toldTogether(cases: readonly Case[], checks: readonly Checked[]): Told[] {
  const regressed = cases.filter(({ rule }) => rule === 'regressed')
  const folded = new Set<Case>()
  const all = cases.map((one): Told => {
    if (one.rule !== 'contradicted') return { one, also: [] }
    const also = regressed.filter((other) => !folded.has(other) && isAbout(one, other, checks))
    also.forEach((other) => folded.add(other))
    return { one, also }
  })
  return all.filter(({ one }) => !folded.has(one))
}
