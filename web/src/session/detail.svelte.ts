import { fetchLandmarks, fetchSession } from '../api/endpoints'
import type { Landmark, LandmarkKind, SessionDetail, SessionId, SessionView } from '../api/types'
import { board } from '../state/board.svelte'
import { reconcile } from '../state/reconcile'

/** A session that works changes all the time; what stands beside its transcript may lag by this much. */
const REFRESH_MS = 3000

/** What is shown of one session beside its transcript, kept up to date while it is open. */
export class OpenSession {
  detail = $state<SessionDetail | null>(null)
  landmarks = $state.raw<Landmark[]>([])
  failure = $state<unknown>(null)
  /** The row of the board where it has one: it is fresher. */
  view: SessionView | null
  #timer: ReturnType<typeof setTimeout> | undefined
  #abort = new AbortController()

  constructor(readonly id: SessionId) {
    this.view = $derived(board.sessions.get(id)?.view ?? this.detail?.session ?? null)
  }

  async load(): Promise<void> {
    const { signal } = this.#abort
    try {
      const [detail, landmarks] = await Promise.all([
        fetchSession(this.id, signal),
        fetchLandmarks(this.id, signal),
      ])
      if (this.detail) reconcile(this.detail, detail)
      else this.detail = detail
      this.landmarks = landmarks
      this.failure = null
    } catch (error) {
      if (!signal.aborted && !this.detail) this.failure = error
    }
  }

  /** Reads it again soon, however often this is called. */
  refresh(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      void this.load()
    }, REFRESH_MS)
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#abort.abort()
  }

  /** The landmark of those kinds next to an ordinal, in the given direction. */
  next(kinds: LandmarkKind[], ordinal: number, step: 1 | -1): Landmark | null {
    const marks = this.landmarks.filter((mark) => kinds.includes(mark.kind))
    if (step > 0) return marks.find((mark) => mark.ordinal > ordinal) ?? null
    return marks.findLast((mark) => mark.ordinal < ordinal) ?? null
  }
}
