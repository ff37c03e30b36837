// Lines as they were beside lines as they are.

import { diffArrays } from 'diff'
import { changedWords, type Range } from '../review/words'

export interface ShownLine {
  text: string
  /** It is in one of the two only. */
  isOther: boolean
  /** Words of it that differ from the line that took its place. */
  ranges: readonly Range[]
}

const plain = (text: string): ShownLine => ({ text, isOther: false, ranges: [] })

/** What all lines begin with is of no interest. */
function undented(texts: readonly string[][]): string[][] {
  const widths = texts
    .flat()
    .filter((line) => line.trim())
    .map((line) => /^[ \t]*/.exec(line)?.[0].length ?? 0)
  const width = Math.min(...widths, 80)
  return texts.map((lines) => lines.map((line) => line.slice(width)))
}

/** Both texts line by line, with what differs; a line that took another's place is compared by words. */
export function sideBySide(before: string, after: string): { before: ShownLine[]; after: ShownLine[] } {
  const [left = [], right = []] = undented(
    [before, after].map((text) => (text === '' ? [] : text.replace(/\n$/, '').split('\n'))),
  )
  const shown: { before: ShownLine[]; after: ShownLine[] } = { before: [], after: [] }
  const parts = diffArrays(left, right)
  for (let i = 0; i < parts.length; i += 1) {
    const { value, added, removed } = parts[i] ?? { value: [] }
    const next = parts[i + 1]
    if (removed && next?.added) {
      take(shown, value, next.value)
      i += 1
    } else if (removed) take(shown, value, [])
    else if (added) take(shown, [], value)
    else {
      shown.before.push(...value.map(plain))
      shown.after.push(...value.map(plain))
    }
  }
  return shown
}

function take(
  shown: { before: ShownLine[]; after: ShownLine[] },
  gone: readonly string[],
  come: readonly string[],
): void {
  const other = (text: string, ranges: readonly Range[] = []): ShownLine => ({ text, isOther: true, ranges })
  const pairs = gone.length === come.length ? gone.map((text, i) => changedWords(text, come[i] ?? '')) : []
  shown.before.push(...gone.map((text, i) => other(text, pairs[i]?.before)))
  shown.after.push(...come.map((text, i) => other(text, pairs[i]?.after)))
}

/** A line cut where its words differ. */
export function wordPieces({ text, ranges }: ShownLine): { text: string; isOther: boolean }[] {
  const pieces: { text: string; isOther: boolean }[] = []
  let at = 0
  for (const [from, to] of ranges) {
    if (from > at) pieces.push({ text: text.slice(at, from), isOther: false })
    const last = pieces.at(-1)
    if (last?.isOther) last.text += text.slice(from, to)
    else pieces.push({ text: text.slice(from, to), isOther: true })
    at = to
  }
  if (at < text.length) pieces.push({ text: text.slice(at), isOther: false })
  return pieces
}
