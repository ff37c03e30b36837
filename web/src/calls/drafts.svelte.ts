import { SvelteMap } from 'svelte/reactivity'
import type { CallId } from '../api/types'
import { readDraft, writeDraft } from '../state/drafts'
import { emptyDraft, type Draft } from './answer'

const keyOf = (id: CallId): string => `call.${id}`

function stored(id: CallId): Draft {
  try {
    return (JSON.parse(readDraft(keyOf(id)) ?? 'null') as Draft | null) ?? emptyDraft()
  } catch {
    return emptyDraft()
  }
}

/** Answers that are being made, the same wherever their call is shown. */
class AnswerDrafts {
  #held = new SvelteMap<CallId, Draft>()

  of(id: CallId): Draft {
    return this.#held.get(id) ?? stored(id)
  }

  set(id: CallId, draft: Draft): void {
    this.#held.set(id, draft)
    writeDraft(keyOf(id), JSON.stringify(draft))
  }

  drop(id: CallId): void {
    this.#held.delete(id)
    writeDraft(keyOf(id), null)
  }
}

export const drafts = new AnswerDrafts()
