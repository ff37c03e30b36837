/** A piece of a text, and whether it matched. */
export interface Piece {
  text: string
  match: boolean
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Cuts a text at its matches, which are offsets into its UTF-8. */
export function pieces(text: string, matches: [number, number][]): Piece[] {
  if (matches.length === 0) return text ? [{ text, match: false }] : []
  const utf8 = encoder.encode(text)
  const found: Piece[] = []
  let at = 0
  const put = (from: number, to: number, match: boolean) => {
    if (to > from) found.push({ text: decoder.decode(utf8.subarray(from, to)), match })
  }
  for (const [from, to] of [...matches].sort((a, b) => a[0] - b[0])) {
    if (from < at) continue
    put(at, from, false)
    put(from, Math.min(to, utf8.length), true)
    at = to
  }
  put(at, utf8.length, false)
  return found
}
