import DOMPurify from 'dompurify'
import { Marked } from 'marked'
import { pathPlace } from './paths'

export const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/** What opens a file in the user's editor. */
export const opener = (path: string, line: number | null, inner: string): string =>
  `<a class="path" role="button" tabindex="0" data-path="${escape(path)}"${line ? ` data-line="${line}"` : ''}>${inner}</a>`

const marked = new Marked({
  gfm: true,
  breaks: false,
  renderer: {
    codespan({ text }) {
      const code = `<code>${escape(text)}</code>`
      const place = pathPlace(text)
      return place ? opener(place.path, place.line, code) : code
    },
    link({ href, tokens }) {
      const inner = this.parser.parseInline(tokens)
      if (/^(https?:|mailto:)/i.test(href)) {
        return `<a href="${escape(href)}" target="_blank" rel="noreferrer noopener">${inner}</a>`
      }
      const [path = href, line] = href.split(/#L?|:(?=\d+$)/)
      return opener(path, line && /^\d+$/.test(line) ? Number(line) : null, inner)
    },
    // A picture elsewhere would tell its server that the page is read.
    image({ href, text }) {
      if (href.startsWith('/api/blobs/') || href.startsWith('data:image/')) {
        return `<img src="${escape(href)}" alt="${escape(text)}">`
      }
      return escape(text || href)
    },
  },
})

/** What a text may consist of: nothing that runs, loads or sends. */
export const ALLOWED = {
  ALLOWED_TAGS: [
    ...['a', 'b', 'blockquote', 'br', 'code', 'del', 'em', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'hr', 'i'],
    ...['img', 'input', 'li', 'ol', 'p', 'pre', 'strong', 'sub', 'sup', 'table', 'tbody', 'td', 'th'],
    ...['thead', 'tr', 'ul', 'details', 'summary', 'kbd', 'mark', 's', 'span', 'div'],
  ],
  ALLOWED_ATTR: [
    ...['href', 'src', 'alt', 'class', 'role', 'tabindex', 'target', 'rel', 'align', 'start'],
    ...['type', 'checked', 'disabled', 'data-path', 'data-line', 'open'],
  ],
  ALLOW_DATA_ATTR: false,
}

/** Classes are ours: a text may not dress itself as a part of the page. */
export const OWN_CLASSES = /^(path|language-[\w-]+)$/

/** One of its own: what is changed here must not change what diagrams are cleaned by. */
const purifier = DOMPurify(window)
purifier.addHook('afterSanitizeAttributes', (node) => {
  if (node.tagName === 'A' && node.hasAttribute('href')) {
    node.setAttribute('target', '_blank')
    node.setAttribute('rel', 'noreferrer noopener')
  }
  if (node.tagName === 'INPUT') {
    if (node.getAttribute('type') === 'checkbox') node.setAttribute('disabled', '')
    else node.remove()
  }
  if (node.tagName === 'IMG' && !/^(\/api\/blobs\/|data:image\/)/.test(node.getAttribute('src') ?? ''))
    node.remove()
  if (node.hasAttribute('class') && !OWN_CLASSES.test(node.getAttribute('class') ?? ''))
    node.removeAttribute('class')
})

/** Rendering is the costliest thing a transcript does; what is scrolled back to is not rendered twice. */
const MOST_CACHED = 400
const cache = new Map<string, string>()

/** Markdown as HTML that can neither run nor load anything. */
export function markdown(text: string): string {
  const known = cache.get(text)
  if (known !== undefined) return known
  const html = purifier.sanitize(marked.parse(text, { async: false }), ALLOWED)
  if (cache.size >= MOST_CACHED) cache.delete(cache.keys().next().value ?? '')
  cache.set(text, html)
  return html
}
