import { fetchNotes, fetchShare } from '../api/notes'
import type { NoteKind, NoteRow, NoteShare, WorkspaceId } from '../api/types'

/** Several files are often written at once. */
const AGAIN_MS = 150

/** The notes of a workspace, newest first. */
export class Notes {
  rows = $state.raw<NoteRow[]>([])
  loaded = $state(false)
  failure = $state<unknown>(null)
  /** What is not committed; `null` where that cannot be told, as in a folder that git has nothing to do with. */
  share = $state.raw<NoteShare | null>(null)
  #about: string | null = null
  #asked = 0
  #again: ReturnType<typeof setTimeout> | undefined

  constructor(readonly workspace: WorkspaceId) {}

  /** Reads those that are about something, or all of them. */
  async load(about: string | null = this.#about): Promise<void> {
    this.#about = about
    const asked = ++this.#asked
    try {
      const { notes } = await fetchNotes({ workspace: this.workspace, about: about ?? undefined })
      if (asked !== this.#asked) return
      this.rows = notes
      this.loaded = true
      this.failure = null
      void this.loadShare()
    } catch (error) {
      if (asked === this.#asked && !this.loaded) this.failure = error
    }
  }

  async loadShare(): Promise<void> {
    try {
      this.share = await fetchShare(this.workspace)
    } catch {
      this.share = null
    }
  }

  /** Whether a note is committed as it is; `null` where nothing is shared, and nobody asks. */
  shared({ path }: NoteRow): boolean | null {
    return this.share?.is_shared ? !this.share.files.includes(path) : null
  }

  loadSoon(): void {
    this.#again ??= setTimeout(() => {
      this.#again = undefined
      void this.load()
    }, AGAIN_MS)
  }
}

/** Those of a kind that have all the words, in whatever a row shows of them. */
export function fitting(rows: readonly NoteRow[], kind: NoteKind | null, typed: string): NoteRow[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  return rows.filter((row) => {
    if (kind && row.kind !== kind) return false
    const place = [
      ...[row.id, row.title, row.summary, row.status, row.task, row.session, row.by.session, row.path],
      ...row.files,
      ...row.symbols,
    ]
      .join('\n')
      .toLowerCase()
    return words.every((word) => place.includes(word))
  })
}
