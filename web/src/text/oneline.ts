/** The first line of a Markdown text without its marks, for where there is room for one line. */
export function oneLine(text: string): string {
  const line = text.trim().split('\n', 1)[0] ?? ''
  return line
    .replace(/^(#{1,6}|[-*>]|\d+\.)\s+/, '')
    .replaceAll(/(\*\*|__)(.+?)\1/g, '$2')
    .trim()
}

/** A line of Markdown in plain words: links, emphasis and images as they are read; `code` stays marked. */
export function plainLine(text: string): string {
  return text
    .replace(/^\s*(?:#{1,6}|[-*+>]|\d+[.)])\s+/, '')
    .split(/(`[^`]+`)/)
    .map((piece) => (piece.startsWith('`') ? piece : plainWords(piece)))
    .join('')
    .trim()
}

const plainWords = (text: string): string =>
  text
    .replaceAll(/\[\[(?:[^[\]|]+\|)?([^[\]|]+)\]\]/g, '$1')
    .replaceAll(/!?\[([^[\]]*)\]\((?:[^()\s]|\([^()]*\))*(?:\s"[^"]*")?\)/g, '$1')
    .replaceAll(/(\*\*|__|~~)(?=\S)(.+?)\1/g, '$2')
    .replaceAll(/(?<![\w*])([*_])(?=\S)([^*_]+?)(?<=\S)\1(?![\w*])/g, '$2')

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
