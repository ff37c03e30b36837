export type Handler = (event: KeyboardEvent) => void

/** Keys of one place on the page: `j`, `Shift+ArrowLeft`, `Mod+k`, or two in a row: `g b`. */
export type Bindings = Record<string, Handler>

/** Time to press the second key of two in a row. */
const SEQUENCE_MS = 1200

const isApple = /Mac|iPhone|iPad/.test(navigator.platform)

/** The key that was pressed, as bindings name it. */
export function keyName(event: KeyboardEvent): string {
  const mod = isApple ? event.metaKey : event.ctrlKey
  const letter = event.key.length === 1
  const parts: string[] = []
  if (mod) parts.push('Mod')
  if (event.altKey) parts.push('Alt')
  // A shifted character says so itself (`?`, `G`); a named key does not.
  if (event.shiftKey && !letter) parts.push('Shift')
  parts.push(letter && mod ? event.key.toLowerCase() : event.key === ' ' ? 'Space' : event.key)
  return parts.join('+')
}

/** Whether keys typed there are text. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable || target instanceof HTMLTextAreaElement) return true
  if (target instanceof HTMLSelectElement) return true
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'range'].includes(target.type)
}

/** Which of the bindings a key means, and what is left to wait for. */
export function resolve(
  stack: Bindings[],
  pending: string | null,
  key: string,
): { handler: Handler | null; pending: string | null } {
  const name = pending ? `${pending} ${key}` : key
  for (let i = stack.length - 1; i >= 0; i -= 1) {
    const handler = stack[i]?.[name]
    if (handler) return { handler, pending: null }
  }
  if (pending) return resolve(stack, null, key)
  const begins = stack.some((bindings) => Object.keys(bindings).some((k) => k.startsWith(`${key} `)))
  return { handler: null, pending: begins ? key : null }
}

class Keys {
  #stack: Bindings[] = []
  #pending: string | null = null
  #pendingAt = 0
  /** While an overlay is open, only its own keys count. */
  #modal: Bindings | null = null

  constructor() {
    addEventListener('keydown', (event) => this.#press(event))
  }

  /** Adds bindings over those there are; the returned function takes them away. */
  add(bindings: Bindings): () => void {
    this.#stack.push(bindings)
    return () => {
      this.#stack = this.#stack.filter((other) => other !== bindings)
    }
  }

  /** Makes `bindings` the only ones until the returned function is called. */
  modal(bindings: Bindings): () => void {
    const before = this.#modal
    this.#modal = bindings
    return () => {
      this.#modal = before
    }
  }

  #press(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing) return
    const key = keyName(event)
    if (key.split('+').some((part) => part === 'Control' || part === 'Meta')) return
    const plain = !key.startsWith('Mod+') && key !== 'Escape'
    if (plain && isTyping(event.target)) return
    if (plain && (event.ctrlKey || event.metaKey)) return
    const pending = performance.now() - this.#pendingAt < SEQUENCE_MS ? this.#pending : null
    const found = resolve(this.#modal ? [this.#modal] : this.#stack, pending, key)
    this.#pending = found.pending
    this.#pendingAt = performance.now()
    if (!found.handler) return
    event.preventDefault()
    found.handler(event)
  }
}

export const keys = new Keys()
export const modKey = isApple ? '⌘' : 'Ctrl'
