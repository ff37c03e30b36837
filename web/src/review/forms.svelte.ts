import type { CommentOn, ReviewId } from '../api/types'
import { readDraft, writeDraft } from '../state/drafts'

/** A comment that is being written. */
export interface Form {
  on: CommentOn
  text: string
  /** The comment whose words it changes. */
  of: number | null
}

/** What it is on, as a key. */
export function onKey(on: CommentOn): string {
  switch (on.type) {
    case 'review':
      return 'review'
    case 'whole_file':
      return `file ${on.path}`
    case 'lines':
      return `lines ${on.path} ${on.old ? 'old' : 'new'} ${on.from}-${on.to}`
    case 'coupling':
      return `coupling ${on.left_at} ${on.right_at}`
  }
}

export const formKey = ({ on, of }: Form): string => (of === null ? onKey(on) : `comment ${of}`)

/** Comments that are being written; they outlive a reload, like every other draft. */
export class Forms {
  list = $state.raw<Form[]>([])
  #key: string

  constructor(review: ReviewId) {
    this.#key = `review.${review}`
    try {
      this.list = (JSON.parse(readDraft(this.#key) ?? '[]') as Form[] | null) ?? []
    } catch {
      this.list = []
    }
  }

  of(key: string): Form | undefined {
    return this.list.find((form) => formKey(form) === key)
  }

  /** Opens one, with what was written there before. */
  open(on: CommentOn, of: number | null = null, text = ''): string {
    const form: Form = { on, of, text }
    const key = formKey(form)
    if (!this.of(key)) this.#keep([...this.list, form])
    return key
  }

  write(key: string, text: string): void {
    this.#keep(this.list.map((form) => (formKey(form) === key ? { ...form, text } : form)))
  }

  close(key: string): void {
    this.#keep(this.list.filter((form) => formKey(form) !== key))
  }

  #keep(list: Form[]): void {
    this.list = list
    writeDraft(this.#key, list.length > 0 ? JSON.stringify(list) : null)
  }
}
