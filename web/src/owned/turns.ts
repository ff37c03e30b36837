import type { TurnView } from '../api/types'

const plain = (text: string): string => text.trim().replace(/\s+/g, ' ')

/** A long prompt is told by its beginning, which ends in a mark. */
function begins(prompt: string, told: string): boolean {
  const beginning = plain(told)
  return beginning.endsWith('…') ? prompt.startsWith(plain(beginning.slice(0, -1))) : prompt === beginning
}

/** The turn that a prompt of the transcript began: the same words, and of those the nearest in time. */
export function turnOf(turns: readonly TurnView[], text: string, at: string | null): TurnView | null {
  const prompt = plain(text)
  const same = turns.filter((turn) => begins(prompt, turn.text))
  if (at === null || same.length < 2) return same[0] ?? null
  const away = (turn: TurnView): number => Math.abs(Date.parse(turn.at) - Date.parse(at))
  return same.reduce((best, turn) => (away(turn) < away(best) ? turn : best))
}
