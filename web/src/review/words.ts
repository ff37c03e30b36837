import { diffArrays } from 'diff'

/** Places in a text: from, to. */
export type Range = readonly [number, number]

/** What two lines have in common below this share of them is chance. */
const ALIKE = 0.35
/** Longer lines are not compared by words: nobody reads them, and it takes long. */
const MOST_CHARACTERS = 2000
const MOST_EDITS = 200

const tokens = (text: string): string[] => text.match(/[\p{L}\p{N}_]+|\s+|[^\s]/gu) ?? []

/** What changed between two lines, word by word; nothing where they have too little in common. */
export function changedWords(before: string, after: string): { before: Range[]; after: Range[] } | null {
  if (before.length > MOST_CHARACTERS || after.length > MOST_CHARACTERS) return null
  const parts = diffArrays(tokens(before), tokens(after), { maxEditLength: MOST_EDITS })
  if (!parts) return null
  const ranges: { before: Range[]; after: Range[] } = { before: [], after: [] }
  let [left, right, same] = [0, 0, 0]
  for (const { value, added, removed } of parts) {
    const text = value.join('')
    if (added) {
      ranges.after.push([right, right + text.length])
      right += text.length
    } else if (removed) {
      ranges.before.push([left, left + text.length])
      left += text.length
    } else {
      left += text.length
      right += text.length
      same += text.trim().length
    }
  }
  const longest = Math.max(before.trim().length, after.trim().length)
  return longest > 0 && same / longest >= ALIKE ? ranges : null
}
