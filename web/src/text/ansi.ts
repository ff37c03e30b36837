/** A piece of a terminal's output with the classes that show its colours. */
export interface AnsiSpan {
  text: string
  style: string
}

const COLOURS = ['dim', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', '']
/** Every control sequence: colours (CSI … m), other CSI, OSC (titles, links), and single ones. */
// eslint-disable-next-line no-control-regex
const SEQUENCE =
  /\u001b\[([0-9;:?]*)([@-~])|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b[@-_]|[\u0000-\u0008\u000b\u000c\u000e-\u001a\u007f]/g

interface Pen {
  bold: boolean
  faint: boolean
  colour: string
}

function draw(pen: Pen, codes: string): void {
  const numbers = codes.split(/[;:]/).map((code) => Number(code || 0))
  for (let i = 0; i < numbers.length; i += 1) {
    const code = numbers[i] ?? 0
    if (code === 0) Object.assign(pen, { bold: false, faint: false, colour: '' })
    else if (code === 1) pen.bold = true
    else if (code === 2) pen.faint = true
    else if (code === 22) Object.assign(pen, { bold: false, faint: false })
    else if (code >= 30 && code <= 37) pen.colour = COLOURS[code - 30] ?? ''
    else if (code >= 90 && code <= 97) pen.colour = COLOURS[code - 90] ?? ''
    else if (code === 39) pen.colour = ''
    // 256 and true colours are beyond the page's palette: their numbers are skipped.
    else if (code === 38 || code === 48) i += numbers[i + 1] === 5 ? 2 : 4
  }
}

/** Output as spans of text; colours become class names, every other control is dropped. */
export function ansi(output: string): AnsiSpan[] {
  const spans: AnsiSpan[] = []
  const pen: Pen = { bold: false, faint: false, colour: '' }
  const put = (text: string) => {
    if (!text) return
    const style = [pen.bold && 'bold', pen.faint && 'dim', pen.colour].filter(Boolean).join(' ')
    const last = spans[spans.length - 1]
    if (last?.style === style) last.text += text
    else spans.push({ text, style })
  }
  let at = 0
  for (const match of output.matchAll(SEQUENCE)) {
    put(output.slice(at, match.index))
    at = match.index + match[0].length
    if (match[2] === 'm') draw(pen, match[1] ?? '')
  }
  put(output.slice(at))
  return spans
}

/** Output without any control sequence, and with lines that a progress bar rewrote in their last form. */
export const plain = (output: string): string => settled(output).replaceAll(SEQUENCE, '')

/** A line as it was written last; returns at its end belong to the line end. */
function lastForm(line: string): string {
  let end = line.length
  while (line[end - 1] === '\r') end -= 1
  return line.slice(line.lastIndexOf('\r', end - 1) + 1, end)
}

/** What a terminal would show in the end of lines that were rewritten after a carriage return. */
export const settled = (output: string): string =>
  output.includes('\r') ? output.split('\n').map(lastForm).join('\n') : output
