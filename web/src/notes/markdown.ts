import DOMPurify from 'dompurify'
import { Marked, type Token, type TokensList } from 'marked'
import { noteImageUrl } from '../api/notes'
import type { NoteLink } from '../api/types'
import { noteHref } from '../state/router.svelte'
import { ALLOWED, escape, opener, OWN_CLASSES } from '../text/markdown'
import { pathPlace } from '../text/paths'
import { fileOf, idTarget, imageOf, resolvePath } from './place'

/** Which note a text is of: what it names is read from there. */
export interface NotePlace {
  workspace: string
  path: string
  /** What it names, looked up. Without it, everything is a link. */
  named?: Named | null
}

/** What a text names, as it is written there. */
export interface Named {
  missing: ReadonlySet<string>
  /** An id that is not among these is a word that only looks like one; `null` where that is not known yet. */
  there: ReadonlySet<string> | null
}

/** What the links of a note tell; those of a text that is being written tell nothing of what was typed since. */
export function namedBy(links: readonly NoteLink[], whole: boolean): Named {
  const those = (missing: boolean): Set<string> =>
    new Set(links.filter((link) => link.missing === missing).map(({ target }) => target))
  return { missing: those(true), there: whole ? those(false) : null }
}

/** A part of a note: text, or the source of a diagram. */
export type Piece = { kind: 'text'; html: string } | { kind: 'diagram'; source: string }

const ID = /(?<![\w#/.-])(?:S[1-9]\d*#\d+|[STDR][1-9]\d*)(?![\w#/-]|\.\w)/g
const TITLE = /\[\[[^[\]\n]+\]\]/

const within = (href: string, inner: string): string => `<a href="${escape(href)}">${inner}</a>`

const outside = (href: string, inner: string): string =>
  `<a href="${escape(href)}" target="_blank" rel="noreferrer noopener">${inner}</a>`

/** What is named and not there: it leads nowhere, and says so. */
const nowhere = (inner: string): string => `<span class="missing">${inner}</span>`

/** An id as a link, where there is such a thing. */
function idTo({ workspace, named }: NotePlace, id: string, inner: string): string {
  if (named?.missing.has(id)) return nowhere(inner)
  const href = idTarget(workspace, id)
  return href && (named?.there?.has(id) ?? true) ? within(href, inner) : inner
}

function linkTo(place: NotePlace, href: string, inner: string): string {
  const { workspace, path, named: known } = place
  if (known?.missing.has(href)) return nowhere(inner)
  if (/^(https?:|mailto:)/i.test(href)) return outside(href, inner)
  const target = idTarget(workspace, href)
  if (target) return within(target, inner)
  const [named = href, line] = href.split(/#L?|:(?=\d+$)/)
  if (/^[a-z][a-z+.-]*:/i.test(named)) return inner
  const resolved = resolvePath(path, named)
  if (/\.md$/i.test(named) && resolved?.startsWith('.callboard/')) {
    return within(noteHref(workspace, resolved), inner)
  }
  return opener(fileOf(path, named), line && /^\d+$/.test(line) ? Number(line) : null, inner)
}

/** Plain words, with the ids in them as links. */
function withIds(place: NotePlace, text: string): string {
  let html = ''
  let end = 0
  for (const match of text.matchAll(ID)) {
    html += escape(text.slice(end, match.index)) + idTo(place, match[0], match[0])
    end = match.index + match[0].length
  }
  return html + escape(text.slice(end))
}

function parserFor(place: NotePlace): Marked {
  let inLink = false
  const made = new Marked({
    gfm: true,
    renderer: {
      codespan({ text }) {
        const code = `<code>${escape(text)}</code>`
        if (inLink) return code
        if (idTarget(place.workspace, text)) return idTo(place, text, code)
        const file = pathPlace(text)
        return file ? opener(file.path, file.line, code) : code
      },
      link({ href, tokens }) {
        inLink = true
        const inner = this.parser.parseInline(tokens)
        inLink = false
        return linkTo(place, href, inner)
      },
      text(token) {
        if ('tokens' in token && token.tokens) return this.parser.parseInline(token.tokens)
        const plain = 'escaped' in token && token.escaped
        return plain || inLink ? (plain ? token.text : escape(token.text)) : withIds(place, token.text)
      },
      image({ href, text }) {
        if (place.named?.missing.has(href)) return nowhere(escape(text || href))
        const path = imageOf(place.path, href)
        if (!path) return /^https?:/i.test(href) ? outside(href, escape(text || href)) : escape(text || href)
        return `<img src="${escape(noteImageUrl(place.workspace, path))}" alt="${escape(text)}">`
      },
    },
  })
  made.use({
    extensions: [
      {
        name: 'titled',
        level: 'inline',
        start: (text) => TITLE.exec(text)?.index,
        tokenizer(text) {
          const match = TITLE.exec(text)
          return match?.index === 0 ? { type: 'titled', raw: match[0] } : undefined
        },
        renderer({ raw }) {
          const [name = '', shown = name] = raw.slice(2, -2).split('|')
          const inner = escape(shown.trim())
          const title = name.trim()
          if (place.named?.missing.has(title)) return nowhere(inner)
          return within(idTarget(place.workspace, title) ?? noteHref(place.workspace, title), inner)
        },
      },
    ],
  })
  return made
}

const OWN_PAGES = /^\/(w|s|t|c|review)\//
const OWN_IMAGES = /^\/api\/notes\/image\?/

const purifier = DOMPurify(window)
purifier.addHook('afterSanitizeAttributes', (node) => {
  if (node.tagName === 'A' && node.hasAttribute('href')) {
    const href = node.getAttribute('href') ?? ''
    if (OWN_PAGES.test(href)) node.removeAttribute('target')
    else if (/^(https?:|mailto:)/i.test(href)) {
      node.setAttribute('target', '_blank')
      node.setAttribute('rel', 'noreferrer noopener')
    } else node.removeAttribute('href')
  }
  if (node.tagName === 'INPUT') {
    if (node.getAttribute('type') === 'checkbox') node.setAttribute('disabled', '')
    else node.remove()
  }
  if (node.tagName === 'IMG' && !OWN_IMAGES.test(node.getAttribute('src') ?? '')) node.remove()
  const dressed = node.getAttribute('class')
  if (dressed !== null && dressed !== 'missing' && !OWN_CLASSES.test(dressed)) node.removeAttribute('class')
})

const isDiagram = (token: Token): boolean =>
  token.type === 'code' && /^mermaid\b/.test((token as { lang?: string }).lang ?? '')

/** A note as parts that can neither run nor load anything from elsewhere; diagrams are drawn by themselves. */
export function notePieces(text: string, place: NotePlace): Piece[] {
  const marked = parserFor(place)
  const tokens = marked.lexer(text)
  const pieces: Piece[] = []
  let gathered: Token[] = []
  const flush = (): void => {
    if (gathered.every(({ type }) => type === 'space')) gathered = []
    if (gathered.length === 0) return
    const html = marked.parser(Object.assign(gathered, { links: tokens.links }) as TokensList)
    pieces.push({ kind: 'text', html: purifier.sanitize(html, ALLOWED) })
    gathered = []
  }
  for (const token of tokens) {
    if (!isDiagram(token)) {
      gathered.push(token)
      continue
    }
    flush()
    pieces.push({ kind: 'diagram', source: (token as { text: string }).text })
  }
  flush()
  return pieces
}
