import { editNote } from '../api/notes'
import type { NoteView, WorkspaceId } from '../api/types'
import { readDraft, writeDraft } from '../state/drafts'
import { toasts } from '../state/toasts.svelte'

interface Kept {
  text: string
  base: string
}

const keyOf = (workspace: WorkspaceId, path: string): string => `note.${workspace}.${path}`

/** Whether words of a note are kept that are not saved. */
export const hasDraft = (workspace: WorkspaceId, path: string): boolean =>
  readDraft(keyOf(workspace, path)) !== null

/** A note's whole file while it is edited, kept until it is saved or discarded. */
export class NoteDraft {
  /** What is written; `null` while nothing is. */
  text = $state<string | null>(null)
  saving = $state(false)
  /** The version that it was made on. */
  base = $state('')
  /** What became of the last saving, beside being saved. */
  told = $state<'merged' | 'overlaps' | null>(null)
  /** It differs from what it was made from. */
  dirty = $state(false)
  readonly #key: string

  constructor(
    readonly workspace: WorkspaceId,
    readonly path: string,
  ) {
    this.#key = keyOf(workspace, path)
    const kept = readDraft(this.#key)
    if (kept === null) return
    try {
      const { text, base } = JSON.parse(kept) as Kept
      this.text = text
      this.base = base
      this.dirty = true
    } catch {
      writeDraft(this.#key, null)
    }
  }

  begin(view: NoteView): void {
    if (this.text !== null) return
    this.text = view.text
    this.base = view.version
  }

  /** An editor in which nothing was written shows what the file has become. */
  follow(view: NoteView): void {
    if (this.text === null || this.dirty) return
    this.text = view.text
    this.base = view.version
  }

  write(text: string, of: string): void {
    this.text = text
    this.dirty = text !== of
    writeDraft(this.#key, this.dirty ? JSON.stringify({ text, base: this.base } satisfies Kept) : null)
  }

  discard(): void {
    this.text = null
    this.told = null
    this.dirty = false
    writeDraft(this.#key, null)
  }

  /** Saves it over the version it was made on; returns the note as it is then, or `null` if it was not saved. */
  async save(): Promise<NoteView | null> {
    const sent = this.text
    if (sent === null || this.saving) return null
    this.saving = true
    try {
      const { workspace, path, base } = this
      const saved = await editNote({ workspace, path, base, text: sent })
      this.#settle(saved, sent)
      return saved
    } catch (error) {
      toasts.fail(error, 'The note was not saved; your text is kept here.')
      return null
    } finally {
      this.saving = false
    }
  }

  #settle(saved: NoteView, sent: string): void {
    this.told = saved.overlaps ? 'overlaps' : saved.is_merged ? 'merged' : null
    if (this.text === sent) {
      this.text = saved.text
      this.base = saved.version
      this.dirty = false
      writeDraft(this.#key, null)
      return
    }
    // What was written meanwhile was written on what was sent: that is the version only where nothing was merged in.
    if (!saved.is_merged) this.base = saved.version
    this.write(this.text ?? sent, saved.text)
  }
}
