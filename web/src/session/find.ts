import { count } from '../text/numbers'

const NAME = 'found'

/** What became of looking for words. */
export interface Found {
  /** Which of them is shown; 0 is none. */
  nth: number
  many: number
  /** The whole session was looked through. */
  complete: boolean
  /** There are no more in the direction that was asked for. */
  end: boolean
}

/** What a find says beside its words. */
export function foundWords({ nth, many, complete, end }: Found): string {
  if (many === 0) return 'Not found'
  if (end) return 'No more in this direction'
  return complete ? `${count(nth)} of ${count(many)}` : `${count(many)} or more`
}

export const unmark = (): void => void ('highlights' in CSS && CSS.highlights.delete(NAME))

/** Marks words in what is on the page, without touching its elements. */
export function markWords(within: HTMLElement, words: string): void {
  if (!('highlights' in CSS)) return
  CSS.highlights.delete(NAME)
  if (!words) return
  const ranges: Range[] = []
  const walker = document.createTreeWalker(within, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = (node.nodeValue ?? '').toLowerCase()
    for (let at = text.indexOf(words); at >= 0; at = text.indexOf(words, at + words.length)) {
      const range = new Range()
      range.setStart(node, at)
      range.setEnd(node, at + words.length)
      ranges.push(range)
    }
  }
  CSS.highlights.set(NAME, new Highlight(...ranges))
}
