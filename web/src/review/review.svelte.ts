import { ApiError } from '../api/client'
import * as api from '../api/review'
import type {
  ChangeReview,
  CommentOn,
  ReviewComment,
  ReviewFile,
  ReviewId,
  ReviewView,
  SendAs,
  SendPlan,
} from '../api/types'
import { toasts } from '../state/toasts.svelte'
import { counted } from '../text/numbers'
import { Diffs } from './diffs.svelte'
import { formKey, Forms } from './forms.svelte'
import { wear } from './members.svelte'

/** One review: read again when the stream says that it changed. */
export class Review {
  view = $state.raw<ReviewView | null>(null)
  failure = $state<unknown>(null)
  /** What is being done. */
  busy = $state<string | null>(null)
  readonly diffs: Diffs
  readonly forms: Forms
  #reading = false
  #again = false

  constructor(readonly id: ReviewId) {
    this.diffs = new Diffs(id)
    this.forms = new Forms(id)
  }

  /** Whether something can be said of it: of what is over, nobody hears any more. */
  get takesComments(): boolean {
    return this.view?.state === 'open'
  }

  async load(): Promise<void> {
    if (this.#reading) {
      this.#again = true
      return
    }
    this.#reading = true
    try {
      do {
        this.#again = false
        this.#take(await api.fetchReview(this.id))
      } while (this.#again)
      this.failure = null
    } catch (error) {
      // What is shown stays: the stream says when the daemon is back.
      if (!this.view || (error instanceof ApiError && !error.offline)) this.failure = error
    } finally {
      this.#reading = false
    }
  }

  hear(revision: number): void {
    if (!this.view || revision > this.view.revision) void this.load()
  }

  #take(view: ReviewView): void {
    if (this.view && view.revision < this.view.revision) return
    wear(view.members)
    this.view = view
  }

  /** Marks a file at once; the mark is taken back where the daemon refuses it. */
  async viewed(file: ReviewFile, viewed: boolean): Promise<void> {
    const before = this.view
    if (!before) return
    const files = before.files.map((other) =>
      other.path === file.path ? { ...other, viewed: viewed ? ('yes' as const) : ('no' as const) } : other,
    )
    this.view = { ...before, files }
    try {
      this.#take(await api.markViewed(this.id, { path: file.path, digest: file.digest, viewed }))
    } catch (error) {
      if (this.view?.revision === before.revision) this.view = before
      toasts.fail(error, `${file.path} was not marked.`)
      void this.load()
    }
  }

  /** Keeps what is written as a draft; what is typed stays where that fails. */
  async save(key: string): Promise<void> {
    const form = this.forms.of(key)
    const text = form?.text.trim()
    if (!form || !text) return
    const { of } = form
    const done = await this.#do('Keeping the comment…', 'The comment was not kept.', () =>
      of === null ? api.addComment(this.id, { on: form.on, text }) : api.changeComment(this.id, of, { text }),
    )
    if (done && this.forms.of(key)?.text.trim() === text) this.forms.close(key)
  }

  edit(n: number, on: CommentOn, text: string): string {
    const key = formKey({ on, of: n, text })
    this.forms.open(on, n, text)
    return key
  }

  drop = (n: number): Promise<boolean> =>
    this.#do('Discarding…', 'The comment is still there.', () => api.dropComment(this.id, n))
  resolve = (n: number, resolved: boolean): Promise<boolean> =>
    this.#do('Resolving…', 'The comment is as it was.', () => api.changeComment(this.id, n, { resolved }))
  change = (change: ChangeReview): Promise<boolean> =>
    this.#do('Changing…', 'The review is as it was.', () => api.changeReview(this.id, change))
  check = (): Promise<boolean> => this.#do('Starting…', 'No check was started.', () => api.runChecks(this.id))
  land = (tree: string | null, anyway: boolean): Promise<boolean> =>
    this.#do('Landing…', 'Nothing was landed.', () => api.landReview(this.id, tree, anyway))
  sendAs = (as: SendAs, seen: SendPlan | null, anyway: boolean): Promise<boolean> =>
    this.#do('Sending…', 'Nothing was sent.', () => api.sendToRemote(this.id, as, seen, anyway))
  refresh = (): Promise<boolean> =>
    this.#do('Asking GitHub…', 'Pull requests are as they were told last.', () => api.refreshReview(this.id))
  /** Has an agent merge what git cannot. */
  async help(): Promise<void> {
    const before = this.view
    if (!before) return
    const asked = await this.#do('Asking an agent…', 'No agent was asked.', async () => {
      const started = await api.helpReview(this.id)
      const tasks = started.map(({ task, agent }) => `${task ?? 'a task'} (${agent})`)
      toasts.say(`Merged by an agent: ${tasks.join(', ')}. Review it when it is done.`)
      return this.view ?? before
    })
    if (asked) await this.load()
  }
  giveUp = (): Promise<boolean> =>
    this.#do('Giving up…', 'The review is as it was.', () => api.dropReview(this.id))
  undo = (): Promise<boolean> => this.#do('Undoing…', 'It is as it was.', () => api.undoReview(this.id))

  /** Whether it may be landed or sent, if only though a check says otherwise. */
  get canLand(): boolean {
    return this.view?.state === 'open' && (this.view.hinders === null || this.view.can_land_anyway)
  }

  /** What is sent with one key. Others' words are not: whoever sends those has read each; what no session wrote stays. */
  get drafts(): ReviewComment[] {
    const isSent = ({ state, from, to }: ReviewComment): boolean =>
      state === 'draft' && !from && to.length > 0
    return this.view?.comments.filter(isSent) ?? []
  }

  async sendOne({ id, to }: ReviewComment): Promise<void> {
    if (!(await this.#do('Sending…', 'Nothing was sent.', () => api.sendComments(this.id, id)))) return
    const isLeft = this.view?.comments.some((comment) => comment.id === id && comment.state === 'draft')
    toasts.say(isLeft ? 'The comment could not be sent.' : `Sent to ${to.join(', ')}.`)
  }

  async send(): Promise<void> {
    const drafts = this.drafts
    // What is half-written is not said for its writer.
    const written = this.forms.list.filter(({ text }) => text.trim()).length
    const left = written > 0 ? ' What is still being written was not sent.' : ''
    if (drafts.length === 0) {
      toasts.say(
        written > 0 ? 'Add the comment that is being written first.' : 'There is no comment to send.',
      )
      return
    }
    if (!(await this.#do('Sending…', 'Nothing was sent.', () => api.sendComments(this.id)))) return
    const unsent = new Set(this.drafts.map(({ id }) => id))
    const to = new Set(drafts.filter(({ id }) => !unsent.has(id)).flatMap((comment) => comment.to))
    const failed = unsent.size > 0 ? ` ${counted(unsent.size, 'comment')} could not be sent.` : ''
    toasts.say(`${to.size > 0 ? `Sent to ${[...to].join(', ')}.` : 'Nothing was sent.'}${failed}${left}`)
  }

  async #do(what: string, undone: string, run: () => Promise<ReviewView>): Promise<boolean> {
    if (this.busy) return false
    this.busy = what
    try {
      this.#take(await run())
      return true
    } catch (error) {
      toasts.fail(error, undone)
      return false
    } finally {
      this.busy = null
    }
  }
}
