const PANEL = '.panel'
/** A page that was gone back to may read its rows first; after so long its user has gone on. */
const WAIT_MS = 3000

/** The things a list lets its keys go through, in their order on the page. */
const stops = (within: ParentNode): HTMLElement[] =>
  [...within.querySelectorAll<HTMLElement>('[data-nav]')].filter((element) => element.offsetParent !== null)

const keyOf = (element: Element | null): string | null =>
  element?.closest<HTMLElement>('[data-key]')?.dataset.key ?? null

/** The key of what last had the focus on each page, by the page's path; what is in the panel is not of the page. */
const had = new Map<string, string>()
addEventListener('focusin', (event) => {
  const element = event.target as Element
  if (element.closest(PANEL)) return
  const key = keyOf(element) ?? element.closest<HTMLElement>('[data-card]')?.dataset.card
  if (key) had.set(location.pathname, key)
})

/** The id of the card or row that has the focus. */
export const focusedKey = (): string | null => keyOf(document.activeElement)

/** The id of the card or row that last had the focus on this page. */
export const lastKey = (): string | null => had.get(location.pathname) ?? null

/** A card or row of the page; one in the panel only where the page has none. */
export function byKey(key: string): HTMLElement | null {
  const all = [...document.querySelectorAll<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)]
  return all.find((element) => !element.closest(PANEL)) ?? all[0] ?? null
}

export function focusOn(element: HTMLElement | null | undefined): void {
  element?.focus({ preventScroll: true })
  element?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
}

/** Moves the focus by `step` within `within`, and says whether it could; from outside it goes on from what last had it. */
export function moveFocus(within: ParentNode, step: number): boolean {
  const all = stops(within)
  let at = all.indexOf(document.activeElement as HTMLElement)
  if (at < 0) at = all.findIndex((element) => element.dataset.key === lastKey())
  const next = at < 0 ? (step > 0 ? all[0] : all[all.length - 1]) : all[at + step]
  focusOn(next ?? all[at])
  return next !== undefined
}

/** Moves the focus to the first of `within`, or the last. */
export function enter(within: ParentNode, end: 'first' | 'last'): boolean {
  const to = stops(within).at(end === 'first' ? 0 : -1)
  focusOn(to)
  return to !== undefined
}

/** Whether nothing has the focus. */
const isFree = (): boolean => document.activeElement === null || document.activeElement === document.body

/** Gives the focus back to the card or row that had it, unless something else has it. */
export function refocus(key = lastKey()): boolean {
  if (!isFree()) return true
  focusOn(key ? byKey(key) : null)
  return !isFree()
}

/** Leaves a field for the card or row that had the focus before. */
export function leave(field: HTMLElement): void {
  field.blur()
  refocus()
}

let awaited: string | null = null

/** The key of a row that gets the focus as soon as it is on the page. */
export const awaitedKey = (): string | null => awaited

/** Gives the focus back once what had it is on the page again, as after going back to it. */
export function refocusSoon(): void {
  const key = lastKey()
  if (!key || refocus(key)) return
  awaited = key
  const stop = (): void => {
    awaited = null
    watch.disconnect()
    clearTimeout(timer)
  }
  const path = location.pathname
  const watch = new MutationObserver(() => {
    if (location.pathname !== path || refocus(key)) stop()
  })
  const timer = setTimeout(stop, WAIT_MS)
  watch.observe(document.body, { childList: true, subtree: true })
}
