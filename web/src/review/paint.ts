import type { Range } from './words'

/** A coloured part of a line: from, to, and what it is. */
export type Token = readonly [number, number, string]

/** A piece of a line that looks alike. */
export interface Piece {
  text: string
  /** What it is in its language: `keyword`. */
  of: string | null
  /** It is what changed in the line. */
  strong: boolean
}

/** A line in pieces, by its colours and by what changed in it. */
export function pieces(text: string, tokens: readonly Token[], words: readonly Range[]): Piece[] {
  const edges = new Set([0, text.length])
  for (const [from, to] of tokens) edges.add(Math.min(from, text.length)).add(Math.min(to, text.length))
  for (const [from, to] of words) edges.add(Math.min(from, text.length)).add(Math.min(to, text.length))
  const sorted = [...edges].sort((a, b) => a - b)
  const made: Piece[] = []
  for (let i = 1; i < sorted.length; i += 1) {
    const [from, to] = [sorted[i - 1] ?? 0, sorted[i] ?? 0]
    const of = tokens.findLast(([a, b]) => a <= from && to <= b)?.[2] ?? null
    const strong = words.some(([a, b]) => a <= from && to <= b)
    const last = made.at(-1)
    if (last && last.of === of && last.strong === strong) last.text += text.slice(from, to)
    else made.push({ text: text.slice(from, to), of, strong })
  }
  return made
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#x27': "'", '#39': "'" }

/** The tokens of each line of what highlight.js wrote: spans of classes, and entities. */
export function tokensOf(html: string): Token[][] {
  const lines: Token[][] = [[]]
  const open: { of: string; from: number }[] = []
  let column = 0
  const close = ({ of, from }: { of: string; from: number }): void => {
    if (column > from) lines.at(-1)?.push([from, column, of])
  }
  for (const [part, classes, entity] of html.matchAll(
    /<span class="([^"]*)">|<\/span>|&([#\w]+);|\n|[^<&\n]+/g,
  )) {
    if (classes !== undefined) {
      const of = classes.split(' ')[0]?.replace('hljs-', '') ?? ''
      open.push({ of, from: column })
    } else if (part === '</span>') {
      const last = open.pop()
      if (last) close(last)
    } else if (part === '\n') {
      // A comment or a string that goes on: its colour does, too.
      for (const one of open) close(one)
      lines.push([])
      column = 0
      for (const one of open) one.from = 0
    } else column += entity === undefined ? part.length : (ENTITIES[entity] ?? part).length
  }
  // Inner ones come last, so that they win.
  return lines.map((tokens) => tokens.sort(([a, x], [b, y]) => a - b || y - x))
}
