import { ApiError } from '../api/client'
import { changeTask, fetchTask } from '../api/endpoints'
import type { TaskId, TaskView } from '../api/types'
import { board } from '../state/board.svelte'
import { readDraft, writeDraft } from '../state/drafts'
import { toasts } from '../state/toasts.svelte'

type Field = 'title' | 'body' | 'tracker' | 'branch'

interface Kept {
  text: string
  base: string
  revision: number
}

/**
 * A text of a task while it is being edited. It is kept in the session's storage until it is saved,
 * and a change that somebody else made meanwhile is shown beside it instead of being overwritten.
 */
export class TextEdit {
  /** What is being written; `null` while nothing is. */
  text = $state<string | null>(null)
  saving = $state(false)
  /** What the text has become elsewhere since the edit began. */
  theirs = $state<string | null>(null)
  #base = ''
  #revision = 0
  readonly #key: string

  constructor(
    readonly task: TaskId,
    readonly field: Field,
  ) {
    this.#key = `${task}.${field}`
    const kept = readDraft(this.#key)
    if (kept) {
      const { text, base, revision } = JSON.parse(kept) as Kept
      this.text = text
      this.#base = base
      this.#revision = revision
    }
  }

  begin(task: TaskView): void {
    if (this.text !== null) return
    this.#base = task[this.field] ?? ''
    this.#revision = task.revision
    this.text = this.#base
  }

  write(text: string): void {
    this.text = text
    const kept: Kept = { text, base: this.#base, revision: this.#revision }
    writeDraft(this.#key, text === this.#base ? null : JSON.stringify(kept))
  }

  discard(): void {
    this.text = null
    this.theirs = null
    writeDraft(this.#key, null)
  }

  /** Saves over what it has become elsewhere. */
  async keepMine(): Promise<void> {
    this.theirs = null
    await this.save()
  }

  async save(): Promise<void> {
    if (this.text === null || this.saving || this.theirs !== null) return
    const text = this.field === 'body' ? this.text : this.text.trim()
    if (text === this.#base || (this.field === 'title' && text === '')) return this.discard()
    this.saving = true
    try {
      const task = await changeTask(this.task, { revision: this.#revision, [this.field]: text })
      board.settled(task)
      this.discard()
    } catch (error) {
      if (error instanceof ApiError && error.status === 409) await this.#compare()
      else toasts.fail(error, `The ${this.field} was not saved; your text is kept here.`)
    } finally {
      this.saving = false
    }
  }

  /** A refusal may be about another field: then nothing stands against saving. */
  async #compare(): Promise<void> {
    try {
      const { task } = await fetchTask(this.task)
      board.putTask(task)
      const now = task[this.field] ?? ''
      const changed = now !== this.#base
      this.#revision = task.revision
      this.#base = now
      if (changed && now !== this.text) this.theirs = now
      else {
        this.saving = false
        await this.save()
      }
    } catch (error) {
      toasts.fail(error, `The ${this.field} was not saved; your text is kept here.`)
    }
  }
}
