import { toasts } from '../state/toasts.svelte'

/** Puts a command on the clipboard. */
export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    toasts.say(`Copied \`${text}\`.`)
  } catch {
    toasts.say(`Copy it by hand: \`${text}\``)
  }
}

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
