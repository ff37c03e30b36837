import { ApiError } from '../api/client'
import { fetchNote, removeNote, restoreNote } from '../api/notes'
import type { NoteView, WorkspaceId } from '../api/types'
import { toasts } from '../state/toasts.svelte'
import { NoteDraft } from './draft.svelte'

/** One note that is open. */
export class OpenNote {
  view = $state.raw<NoteView | null>(null)
  draft = $state.raw<NoteDraft | null>(null)
  failure = $state<unknown>(null)
  /** Its file was there when it was opened, and is not any more. */
  gone = $state(false)

  constructor(
    readonly workspace: WorkspaceId,
    /** `D9`, a path or a title. */
    readonly name: string,
  ) {}

  async load(): Promise<void> {
    try {
      this.take(await fetchNote(this.workspace, this.view?.path ?? this.name))
    } catch (error) {
      if (this.view && error instanceof ApiError && error.status === 404) this.gone = true
      else if (!this.view) this.failure = error
    }
  }

  take(view: NoteView): void {
    this.view = view
    this.gone = false
    this.failure = null
    if (this.draft?.path !== view.path) this.draft = new NoteDraft(this.workspace, view.path)
    else this.draft.follow(view)
  }

  async save(): Promise<boolean> {
    const saved = await this.draft?.save()
    if (!saved) return false
    this.take(saved)
    return true
  }

  /** Takes its file away; what it said stays in its history. */
  async remove(): Promise<boolean> {
    const { view } = this
    if (!view) return false
    try {
      await removeNote(this.workspace, view.path)
    } catch (error) {
      toasts.fail(error, `${view.path} was not removed.`)
      return false
    }
    toasts.say(`${view.id ?? view.path} is removed; what it said is kept.`, {
      label: 'Undo',
      run: () => void this.restore(view.version),
    })
    return true
  }

  /** Makes a version its text again. */
  async restore(version: string): Promise<boolean> {
    const { view } = this
    if (!view) return false
    try {
      this.take(await restoreNote(this.workspace, view.path, version))
      return true
    } catch (error) {
      toasts.fail(error, `${view.path} is as it was.`)
      return false
    }
  }
}
