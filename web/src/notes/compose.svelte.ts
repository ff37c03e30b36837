import { acceptCandidate } from '../api/candidates'
import { createNote } from '../api/notes'
import type { Candidate, NewNote, NoteKind, NoteView, WorkspaceId } from '../api/types'
import { readDraft, writeDraft } from '../state/drafts'
import { toasts } from '../state/toasts.svelte'
import { NOTES } from './place'

/** A passage of a session: what was said, by whom, and the events that say it. */
export interface Passage {
  text: string
  /** `the agent said`, `you said`. */
  said: string
  seqs: number[]
}

/** What a new note comes from. */
export interface Origin {
  session: string | null
  task: string | null
  files: string[]
}

interface Fields {
  title: string
  /** The note that it becomes a section of; empty for a note of its own. */
  into: string
  body: string
  why: string
  ruledOut: { what: string; why: string }[]
  open: string[]
  status: 'decided' | 'open'
  supersedes: string[]
  task: string
  session: string | null
  files: string[]
  sources: string[]
  /** The candidate that it is written of. */
  candidate: { session: string; key: string } | null
  /** The session whose agent's words it holds. */
  by: string | null
  /** All of it as it was filled in by itself; empty once somebody wrote in it. */
  filled: string
}

const EMPTY: Fields = {
  title: '',
  into: '',
  body: '',
  why: '',
  ruledOut: [],
  open: [],
  status: 'decided',
  supersedes: [],
  task: '',
  session: null,
  files: [],
  sources: [],
  candidate: null,
  by: null,
  filled: '',
}

/** So much of a passage is quoted; its source has the rest. */
const MOST_QUOTED = 2000

/** What was said as a quote, with where. */
export function quoted(session: string, { text, said, seqs }: Passage): string {
  const whole = text.trim()
  const shown = whole.length > MOST_QUOTED ? `${whole.slice(0, MOST_QUOTED).trimEnd()} …` : whole
  const lines = shown.split('\n').map((line) => (line.trim() ? `> ${line}` : '>'))
  return `${session}#${seqs[0]}, ${said}:\n\n${lines.join('\n')}`
}

/** A new note or decision while it is written; it is kept until it is saved or discarded. */
export class Composing {
  fields = $state<Fields>(structuredClone(EMPTY))
  saving = $state(false)
  readonly #own: string
  /** Where it is kept: what is made of a candidate apart from what else is written. */
  #key: string

  constructor(
    readonly workspace: WorkspaceId,
    readonly kind: NoteKind,
    /** The session or task that it is made on. */
    readonly on: string | null,
  ) {
    this.#own = `new.${workspace}.${kind}.${on ?? ''}`
    this.#key = this.#own
    this.fields = this.#kept() ?? structuredClone(EMPTY)
  }

  #kept(): Fields | null {
    const kept = readDraft(this.#key)
    if (!kept) return null
    try {
      return { ...structuredClone(EMPTY), ...(JSON.parse(kept) as Partial<Fields>) }
    } catch {
      writeDraft(this.#key, null)
      return null
    }
  }

  get begun(): boolean {
    return JSON.stringify(this.fields) !== JSON.stringify(EMPTY)
  }

  /** What it holds, beside what is remembered of how it came there. */
  get #held(): string {
    return JSON.stringify({ ...($state.snapshot(this.fields) as Fields), filled: '' })
  }

  /** Nobody wrote in it: all that it holds, if anything, was filled in by itself. */
  get untouched(): boolean {
    return this.#held === (this.fields.filled || JSON.stringify(EMPTY))
  }

  /**
   * Adds a passage to what somebody wrote already, or puts it in the place of one that nobody wrote anything about.
   * Returns where in the text its quote begins, if it was put behind other words.
   */
  add(session: string, passage: Passage | null, origin: Origin): number | null {
    const untouched = this.untouched
    if (untouched && passage) this.fields = structuredClone(EMPTY)
    const { fields } = this
    let at: number | null = null
    fields.session ??= origin.session
    fields.task ||= origin.task ?? ''
    const more = (to: string[], from: readonly string[]): string[] => [...new Set([...to, ...from])]
    fields.files = more(fields.files, origin.files)
    if (passage && passage.seqs.length > 0) {
      const sources = passage.seqs.map((seq) => `${session}#${seq}`)
      const quote = quoted(session, passage)
      if (!fields.body.includes(quote)) fields.body = fields.body ? `${fields.body}\n\n${quote}` : quote
      if (!untouched) at = fields.body.indexOf(quote)
      fields.sources = more(fields.sources, sources)
    }
    fields.filled = untouched ? this.#held : ''
    this.keep()
    return at
  }

  /** Goes on with what a candidate says, as it was left or as it is; what else was written is kept. */
  fill(one: Candidate, task: string | null): void {
    this.keep()
    this.#key = `${this.#own}.${one.session}.${one.key}`
    this.fields = this.#kept() ?? {
      ...structuredClone(EMPTY),
      title: one.title,
      body: one.body,
      why: one.why,
      ruledOut: one.ruled_out.map(({ what, why }) => ({ what, why })),
      task: task ?? '',
      session: one.session,
      sources: [...one.cites],
      candidate: { session: one.session, key: one.key },
      by: one.by_agent ? one.session : null,
    }
    this.keep()
  }

  keep(): void {
    writeDraft(this.#key, this.begun ? JSON.stringify(this.fields) : null)
  }

  discard(): void {
    writeDraft(this.#key, null)
    this.#key = this.#own
    this.fields = this.#kept() ?? structuredClone(EMPTY)
  }

  /** As it is sent. */
  get note(): NewNote {
    const { title, into, body, why, ruledOut, open, status, supersedes, task, session, files, sources, by } =
      $state.snapshot(this.fields) as Fields
    const both = {
      workspace: this.workspace,
      kind: this.kind,
      title: title.trim(),
      body: body.trim() || null,
      task: task || (this.on?.startsWith('T') ? this.on : null),
      session: session ?? (this.on?.startsWith('S') ? this.on : null),
      files,
      sources,
      ...(by ? { by } : {}),
    }
    // A section has no front matter of its own: what it is about is the note's.
    if (this.kind === 'note') return into ? { ...both, into, task: null, files: [] } : both
    return {
      ...both,
      why: why.trim() || null,
      ruled_out: ruledOut
        .map((one) => ({ what: one.what.trim(), why: one.why.trim() }))
        .filter(({ what }) => what !== ''),
      open: open.map((line) => line.trim()).filter(Boolean),
      status,
      supersedes,
    }
  }

  /** Where it is going to lie, as far as that can be told: what its images are named from. */
  get path(): string {
    if (this.kind === 'decision') return '.callboard/decisions/new.md'
    return this.fields.into || `${NOTES}/new.md`
  }

  async save(): Promise<NoteView | null> {
    if (this.saving || !this.fields.title.trim()) return null
    this.saving = true
    try {
      const sent = JSON.stringify(this.fields)
      const made = await createNote(this.note)
      const { candidate } = this.fields
      // It is offered no longer; the note is there whether or not that is known.
      if (candidate) await acceptCandidate({ ...candidate, note: made.id ?? made.path }).catch(() => {})
      // What was typed meanwhile stays.
      if (JSON.stringify(this.fields) === sent) this.discard()
      return made
    } catch (error) {
      toasts.fail(error, 'Nothing was written down; your words are kept here.')
      return null
    } finally {
      this.saving = false
    }
  }
}
