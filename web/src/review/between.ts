import type { ConflictFile, Coupling, PairView, Strength } from '../api/types'

const RANK: Strength[] = ['block', 'warn', 'review', 'info']

export const STRENGTH_WORD: Record<Strength, string> = {
  block: 'bound to break',
  warn: 'likely to break',
  review: 'look at together',
  info: 'worth to know',
}

/** A coupling with the two that it couples. */
export interface Tie {
  key: string
  pair: PairView
  coupling: Coupling
  /** The sentence, with both named. */
  words: string
}

/** A place in a file, as couplings name it. */
export interface Spot {
  path: string
  line: number
}

export const spotOf = (place: string): Spot => {
  const at = place.lastIndexOf(':')
  const line = Number(place.slice(at + 1))
  return at > 0 && line > 0 ? { path: place.slice(0, at), line } : { path: place, line: 1 }
}

/** The sentence of a coupling, with both changesets named. */
export const told = ({ reason }: Coupling, { left, right }: Pick<PairView, 'left' | 'right'>): string =>
  reason.replaceAll('{left}', () => left.name).replaceAll('{right}', () => right.name)

/** All couplings, the first that must be seen first. */
export function tiesOf(pairs: readonly PairView[]): Tie[] {
  return pairs
    .flatMap((pair) =>
      pair.couplings.map((coupling, i) => ({
        key: `${pair.left.key} ${pair.right.key} ${i}`,
        pair,
        coupling,
        words: told(coupling, pair),
      })),
    )
    .sort((a, b) => RANK.indexOf(a.coupling.strength) - RANK.indexOf(b.coupling.strength))
}

/** A file that git cannot merge, with the two that meet in it. */
export interface Clash {
  key: string
  pair: PairView
  file: ConflictFile
}

export const clashesOf = (pairs: readonly PairView[]): Clash[] =>
  pairs.flatMap((pair) =>
    (pair.conflict?.files ?? []).map((file) => ({
      key: `${pair.left.key} ${pair.right.key} ${file.path}`,
      pair,
      file,
    })),
  )

/** What is between two, in one sentence: a conflict before any coupling. */
export function gist(pair: PairView): string {
  const files = pair.conflict?.files ?? []
  if (files.length > 0) {
    const first = files[0]?.path ?? ''
    const more = files.length > 1 ? ` and ${files.length - 1} more` : ''
    return `git cannot merge ${pair.left.name} and ${pair.right.name} in \`${first}\`${more}`
  }
  const first = tiesOf([pair])[0]
  return first?.words ?? ''
}
