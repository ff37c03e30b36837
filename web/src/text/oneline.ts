/** The first line of a Markdown text without its marks, for where there is room for one line. */
export function oneLine(text: string): string {
  const line = text.trim().split('\n', 1)[0] ?? ''
  return line
    .replace(/^(#{1,6}|[-*>]|\d+\.)\s+/, '')
    .replaceAll(/(\*\*|__)(.+?)\1/g, '$2')
    .trim()
}

export interface CodePiece {
  text: string
  code: boolean
}

/** A line cut at its `code`. */
export function codePieces(line: string): CodePiece[] {
  return line
    .split(/(`[^`]+`)/)
    .filter(Boolean)
    .map((text) =>
      text.length > 2 && text.startsWith('`') && text.endsWith('`')
        ? { text: text.slice(1, -1), code: true }
        : { text, code: false },
    )
}
