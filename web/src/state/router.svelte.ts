export type Route =
  | { page: 'home' }
  /** The calls of the workspace last looked at. */
  | { page: 'inbox' }
  | { page: WorkspacePage; workspace: string }
  | { page: 'session'; session: string; seq: number | null }
  | { page: 'task'; task: string }
  | { page: 'call'; call: string }
  | { page: 'one-review'; review: string }
  /** A receipt by what it is of: `T12`, `S41`, `R7`. */
  | { page: 'receipt'; of: string }
  /** A note by its id, `D9`, or by its path. */
  | { page: 'one-note'; workspace: string; note: string }
  /** The reviews of the workspace last looked at. */
  | { page: 'reviews' }
  | { page: 'missing'; path: string }

const WORKSPACE_PAGES = [
  'board',
  'calls',
  'sessions',
  'review',
  'notes',
  'worktrees',
  'night',
  'search',
  'since',
] as const

type WorkspacePage = (typeof WORKSPACE_PAGES)[number]

/** Whether a page is of a workspace, and not of one thing in it. */
export const isPage = (page: string): page is WorkspacePage => WORKSPACE_PAGES.some((name) => name === page)

/** A part of a path as it was before it was encoded. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** What a path leads to. */
export function parseRoute(path: string): Route {
  const [first, second, third, ...rest] = path.split('/').filter(Boolean)
  if (first === undefined) return { page: 'home' }
  if (first === 'w' && second && /^W\d+$/i.test(second) && third === 'notes' && rest.length > 0) {
    const note = rest.map(decoded).join('/')
    return {
      page: 'one-note',
      workspace: second.toUpperCase(),
      note: /^d\d+$/i.test(note) ? note.toUpperCase() : note,
    }
  }
  if (rest.length === 0) {
    if (first === 'calls' && second === undefined) return { page: 'inbox' }
    if (first === 'review' && third === undefined) {
      if (second === undefined) return { page: 'reviews' }
      if (/^R\d+$/i.test(second)) return { page: 'one-review', review: second.toUpperCase() }
    }
    if (first === 'receipt' && second && /^[TSR]\d+$/i.test(second) && third === undefined) {
      return { page: 'receipt', of: second.toUpperCase() }
    }
    if (first === 'c' && second && /^C\d+$/i.test(second) && third === undefined) {
      return { page: 'call', call: second.toUpperCase() }
    }
    if (first === 'w' && second && /^W\d+$/i.test(second)) {
      const page = third === undefined ? 'board' : WORKSPACE_PAGES.find((name) => name === third)
      if (page) return { page, workspace: second.toUpperCase() }
    }
    if (first === 's' && second && /^S\d+$/i.test(second)) {
      if (third === undefined) return { page: 'session', session: second.toUpperCase(), seq: null }
      if (/^\d+$/.test(third)) return { page: 'session', session: second.toUpperCase(), seq: Number(third) }
    }
    if (first === 't' && second && /^T\d+$/i.test(second) && third === undefined) {
      return { page: 'task', task: second.toUpperCase() }
    }
  }
  return { page: 'missing', path }
}

class Router {
  path = $state(location.pathname)
  query = $state(new URLSearchParams(location.search))
  route = $derived(parseRoute(this.path))
  /** What is in the right-hand panel: `T12`, `S41`, `C88`, `brief-S41`, `decision-S41`. */
  panel = $derived(this.query.get('open'))

  constructor() {
    addEventListener('popstate', () => this.#read())
    document.addEventListener('click', (event) => this.#click(event))
  }

  go(href: string, options: { replace?: boolean } = {}): void {
    if (options.replace) history.replaceState(history.state, '', href)
    else if (href !== location.pathname + location.search) history.pushState(null, '', href)
    this.#read()
  }

  /** Opens something in the right-hand panel of the present page, or closes it with `null`. */
  openPanel(id: string | null): void {
    const next = new URLSearchParams(this.query)
    if (id) next.set('open', id)
    else next.delete('open')
    const text = next.toString()
    // Going from one to the next in the panel is one step back, not many.
    this.go(this.path + (text ? `?${text}` : ''), { replace: this.panel !== null && id !== null })
  }

  /** Sets parameters of the present page without a step in the history. */
  setQuery(values: Record<string, string | null>): void {
    const next = new URLSearchParams(this.query)
    for (const [name, value] of Object.entries(values)) {
      if (value) next.set(name, value)
      else next.delete(name)
    }
    const text = next.toString()
    this.go(this.path + (text ? `?${text}` : ''), { replace: true })
  }

  #read(): void {
    this.path = location.pathname
    this.query = new URLSearchParams(location.search)
  }

  #click(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0) return
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    const link = (event.target as Element | null)?.closest?.('a')
    if (!link || link.target || link.origin !== location.origin || link.hasAttribute('download')) return
    if (link.pathname.startsWith('/api/')) return
    event.preventDefault()
    this.go(link.pathname + link.search)
  }
}

export const router = new Router()

export const sessionHref = (id: string, seq?: number | null): string =>
  seq === undefined || seq === null ? `/s/${id}` : `/s/${id}/${seq}`
export const taskHref = (id: string): string => `/t/${id}`
export const pageHref = (workspace: string, page: WorkspacePage): string => `/w/${workspace}/${page}`
export const callHref = (id: string): string => `/c/${id}`
export const reviewHref = (id: string): string => `/review/${id}`
export const receiptHref = (of: string): string => `/receipt/${of}`
/** A line in the diff of a review. */
export const diffHref = (review: string, path: string, line: number | null): string =>
  `${reviewHref(review)}?${new URLSearchParams({ part: 'diff', at: line === null ? path : `${path}:${line}` })}`
/** Where a note is shown, by its id or its path. */
export const noteHref = (workspace: string, note: string): string =>
  `/w/${workspace}/notes/${note.split('/').map(encodeURIComponent).join('/')}`
/** Where an id leads: `T12`, `S41`, `C88`, `R7`. */
export const idHref = (id: string): string =>
  id.startsWith('T')
    ? taskHref(id)
    : id.startsWith('C')
      ? callHref(id)
      : id.startsWith('R')
        ? reviewHref(id)
        : sessionHref(id)
