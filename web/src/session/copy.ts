import { toasts } from '../state/toasts.svelte'

/** Puts a page's address on the clipboard. */
export async function copyLinkTo(href: string): Promise<void> {
  const address = new URL(href, location.origin).href
  try {
    await navigator.clipboard.writeText(address)
    toasts.say('Link copied.')
  } catch {
    toasts.say(`Copy it by hand: ${address}`)
  }
}
