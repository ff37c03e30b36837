const NAME = 'found'

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
