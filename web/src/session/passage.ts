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
