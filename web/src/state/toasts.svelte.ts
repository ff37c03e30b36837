import { ApiError } from '../api/client'

export interface Toast {
  id: number
  text: string
  hint: string | null
  failed: boolean
  action: { label: string; run: () => void } | null
}

const SHOWN_MS = 6000
const MOST = 4

class Toasts {
  list = $state<Toast[]>([])
  #next = 1

  say(text: string, action: Toast['action'] = null): void {
    this.#add({ id: this.#next++, text, hint: null, failed: false, action })
  }

  /** Shows why something was not done; `undone` says what was left as it was. */
  fail(error: unknown, undone?: string): void {
    if (error instanceof DOMException && error.name === 'AbortError') return
    const message = error instanceof Error ? error.message : String(error)
    const hint = error instanceof ApiError ? error.hint : null
    this.#add({
      id: this.#next++,
      text: undone ? `${undone} ${message}` : message,
      hint,
      failed: true,
      action: null,
    })
  }

  dismiss(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id)
  }

  #add(toast: Toast): void {
    this.list = [...this.list, toast].slice(-MOST)
    setTimeout(() => this.dismiss(toast.id), toast.failed ? SHOWN_MS * 2 : SHOWN_MS)
  }
}

export const toasts = new Toasts()
