/** The things a list lets its keys go through, in their order on the page. */
const stops = (within: ParentNode): HTMLElement[] =>
  [...within.querySelectorAll<HTMLElement>('[data-nav]')].filter((element) => element.offsetParent !== null)

export function focusOn(element: HTMLElement | null | undefined): void {
  element?.focus({ preventScroll: true })
  element?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
}

/** Moves the focus by `step` within `within`; from outside it goes to the first or the last. */
export function moveFocus(within: ParentNode, step: number): void {
  const all = stops(within)
  const at = all.indexOf(document.activeElement as HTMLElement)
  if (at < 0) focusOn(step > 0 ? all[0] : all[all.length - 1])
  else focusOn(all[Math.min(all.length - 1, Math.max(0, at + step))])
}

/** The id of the card or row that has the focus. */
export const focusedKey = (): string | null =>
  (document.activeElement as HTMLElement | null)?.closest<HTMLElement>('[data-key]')?.dataset.key ?? null

export const byKey = (key: string): HTMLElement | null =>
  document.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)
