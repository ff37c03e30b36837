import { withQuery } from './client'
import type { LogEntry, Seq, WorkspaceId } from './types'

/** Waits between attempts, in milliseconds: quick at first, then gentle on a daemon that is starting. */
const BACKOFF = [250, 500, 1000, 2000, 4000, 8000, 15000]

export interface StreamHandlers {
  entry(entry: LogEntry): void
  /** The connection is up, or is lost and will be tried again. */
  connected(up: boolean): void
}

/** Reads the announcements after `after`, and goes on from the last one seen whenever the connection breaks. */
export class BoardStream {
  #source: EventSource | null = null
  #attempt = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #after: Seq

  constructor(
    readonly workspace: WorkspaceId,
    after: Seq,
    readonly handlers: StreamHandlers,
  ) {
    this.#after = after
    this.#open()
    addEventListener('online', this.retry)
  }

  /** Tries at once instead of waiting for its turn. */
  retry = (): void => {
    if (this.#source?.readyState === EventSource.OPEN) return
    this.#attempt = 0
    this.#open()
  }

  close(): void {
    removeEventListener('online', this.retry)
    clearTimeout(this.#timer)
    this.#source?.close()
    this.#source = null
  }

  #open(): void {
    clearTimeout(this.#timer)
    this.#source?.close()
    const source = new EventSource(
      withQuery('/api/stream', { after: this.#after, workspace: this.workspace }),
    )
    this.#source = source
    source.onopen = () => {
      this.#attempt = 0
      this.handlers.connected(true)
    }
    source.onmessage = (message) => {
      const entry = JSON.parse(message.data as string) as LogEntry
      this.#after = Math.max(this.#after, entry.seq)
      this.handlers.entry(entry)
    }
    source.onerror = () => {
      source.close()
      if (this.#source !== source) return
      this.handlers.connected(false)
      const wait = BACKOFF[Math.min(this.#attempt++, BACKOFF.length - 1)] ?? 15000
      this.#timer = setTimeout(() => this.#open(), wait * (0.75 + Math.random() / 2))
    }
  }
}
