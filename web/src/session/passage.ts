import type { Passage } from '../notes/compose.svelte'
import { eventsIn, firstEvent, readable, type Block } from './blocks'

/** Whose words a block shows. */
function said(block: Block): string {
  const event = firstEvent(block)
  if (event.kind === 'prompt') return event.author === 'user' ? 'you said' : 'it was told'
  if (event.kind === 'text' || event.kind === 'thinking') return 'the agent said'
  return 'recorded'
}

function wordsOf(block: Block): string {
  const [event] = eventsIn(block)
  if (event?.kind === 'prompt' || event?.kind === 'text' || event?.kind === 'thinking') return event.text
  return readable(block)
}

/** A row of a transcript, as far as it can be seen. */
export interface Seen {
  block: Block
  /** All of it is in sight. */
  whole: boolean
  /** It has the focus, or was gone to. */
  here: boolean
}

const hasWords = (block: Block): boolean => {
  const { kind } = firstEvent(block)
  return block.type === 'event' && (kind === 'prompt' || kind === 'text')
}

/** What is meant where nothing is selected: the row that was gone to, else the first words that are read. */
export function meant(seen: readonly Seen[]): Block | null {
  const found =
    seen.find(({ here }) => here) ??
    seen.find(({ block, whole }) => whole && hasWords(block)) ??
    seen.find(({ block }) => hasWords(block)) ??
    seen[0]
  return found?.block ?? null
}

/** What blocks say, or `selected` of it, with the events that prove it. */
export function passageOf(found: readonly Block[], selected: string | null): Passage | null {
  const [first] = found
  if (!first) return null
  return {
    text: selected ?? wordsOf(first),
    said: said(first),
    seqs: [...new Set(found.map((block) => firstEvent(block).seq))],
  }
}
