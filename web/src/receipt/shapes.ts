import type { Shape } from './Mark.svelte'
import type { Case, Seen, Standing, Verdict } from './types'
import { blocks, standingTone, type Tone } from './words'

/** What is shown of something without words: a shape, and how it stands. */
export interface Look {
  shape: Shape
  tone: Tone
}

export const TONE_SHAPE: Record<Tone, Shape> = { good: 'check', bad: 'cross', warn: 'triangle', none: 'dash' }

export const VERDICT_LOOK: Record<Verdict, Look> = {
  supported: { shape: 'check', tone: 'good' },
  contradicted: { shape: 'cross', tone: 'bad' },
  stale: { shape: 'clock', tone: 'warn' },
  unsupported: { shape: 'question', tone: 'warn' },
  not_checked: { shape: 'dash', tone: 'none' },
}

export function standingLook(standing: Standing): Look {
  if (standing === 'flaky') return { shape: 'wave', tone: 'warn' }
  const tone = standingTone(standing)
  return { shape: TONE_SHAPE[tone], tone }
}

export const SEEN_SHAPE: Record<Seen, Shape | null> = {
  unknown: 'dot',
  absent: null,
  broken: 'question',
  skipped: 'dash',
  passed: 'check',
  failed: 'cross',
  mixed: 'wave',
}

export function caseLook(one: Case): Look {
  if (one.accepted) return { shape: 'check', tone: 'none' }
  if (blocks(one)) return { shape: 'stop', tone: 'bad' }
  return one.weight === 'note' ? { shape: 'dot', tone: 'none' } : { shape: 'triangle', tone: 'warn' }
}
