import type {
  Event,
  EventKind,
  EventOf,
  Ordinal,
  PlanStep,
  ResultBody,
  SharedBeginning,
  ToolUseBody,
} from '../api/types'

export type ToolEvent = EventOf<ToolUseBody>
export type ResultEvent = EventOf<ResultBody>
export type LookEvent = Extract<ToolEvent, { kind: 'read' | 'search' }>

/** One use of a tool, with what it came to. */
export interface Use<E extends ToolEvent = ToolEvent> {
  event: E
  result: ResultEvent | null
}

/** What a transcript shows as one thing. */
export type Block =
  | { type: 'event'; key: string; event: Exclude<Event, ToolEvent | ResultEvent> }
  | { type: 'use'; key: string; use: Use<Exclude<ToolEvent, LookEvent>>; steps: PlanStep[] | null }
  | { type: 'looks'; key: string; uses: Use<LookEvent>[] }
  | { type: 'result'; key: string; event: ResultEvent }

/** Kinds that say nothing to a reader. */
const SILENT: ReadonlySet<EventKind> = new Set<EventKind>(['usage', 'info'])

/** Fields that the page never shows as text. */
const UNREAD = ['seq', 'session', 'ordinal', 'at', 'kind', 'tool_use_id']

const isLook = (event: Event): event is LookEvent => event.kind === 'read' || event.kind === 'search'
const isTool = (event: Event): event is ToolEvent => 'tool_use_id' in event && event.kind !== 'result'

function silent(event: Event): boolean {
  if (SILENT.has(event.kind)) return true
  if (event.kind === 'turn') return event.phase === 'started'
  if (event.kind === 'text' || event.kind === 'thinking') return event.text.trim() === ''
  return event.kind === 'notice' && event.text.trim() === '' && event.topic === ''
}

/** The plan after each statement of it, where a statement may amend the one before. */
function amended(steps: Map<string, PlanStep>, event: Extract<ToolEvent, { kind: 'plan' }>): PlanStep[] {
  if (event.change === 'replace') steps.clear()
  for (const step of event.steps ?? []) {
    const id = step.id ?? `#${steps.size}`
    const old = steps.get(id)
    steps.set(id, {
      id,
      text: step.text || old?.text || `Step ${id}`,
      status: step.status ?? old?.status ?? 'pending',
    })
  }
  return [...steps.values()].filter((step) => step.status !== 'dropped')
}

/** What is known of the events around those that are loaded. */
export interface Edges {
  /** There are earlier ones: a result whose use is not loaded will be joined with it. */
  moreBefore: boolean
  /** Ordinals at which a loaded part once began: a block never reaches across, so that none that was shown is lost. */
  seams: ReadonlySet<Ordinal>
}

const NO_EDGES: Edges = { moreBefore: false, seams: new Set() }

/**
 * Joins tool uses with their results, and neighbouring reads and searches into one block.
 * A block's key is that of its first event, so that it stays the same while more is loaded.
 */
export function blocks(events: readonly Event[], edges: Edges = NO_EDGES): Block[] {
  const results = new Map<string, ResultEvent>()
  const uses = new Set<string>()
  for (const event of events) {
    if (event.kind === 'result') results.set(event.tool_use_id, event)
    else if (isTool(event)) uses.add(event.tool_use_id)
  }
  const plan = new Map<string, PlanStep>()
  const made: Block[] = []
  for (const event of events) {
    const key = `e${event.seq}`
    if (event.kind === 'result') {
      if (!uses.has(event.tool_use_id) && !edges.moreBefore) made.push({ type: 'result', key, event })
    } else if (isLook(event)) {
      const last = made[made.length - 1]
      const use = { event, result: results.get(event.tool_use_id) ?? null }
      if (last?.type === 'looks' && !crosses(edges.seams, last, event)) last.uses.push(use)
      else made.push({ type: 'looks', key, uses: [use] })
    } else if (isTool(event)) {
      const use = { event, result: results.get(event.tool_use_id) ?? null } as Use<
        Exclude<ToolEvent, LookEvent>
      >
      made.push({ type: 'use', key, use, steps: event.kind === 'plan' ? amended(plan, event) : null })
    } else if (!silent(event)) {
      const last = made[made.length - 1]
      if (last && toldAgain(last, event) && !crosses(edges.seams, last, event)) {
        if (last.type === 'event' && durationOf(last.event) === null) last.event = event
      } else made.push({ type: 'event', key, event })
    }
  }
  return made
}

const durationOf = (event: Event): number | null =>
  event.kind === 'turn' ? (event.duration_ms ?? null) : null

/** Whether both say that one turn ended: an agent may write it in two records, one of them with its duration. */
const toldAgain = (last: Block, next: Event): boolean =>
  last.type === 'event' &&
  last.event.kind === 'turn' &&
  next.kind === 'turn' &&
  last.event.phase === 'completed' &&
  next.phase === 'completed'

function crosses(seams: ReadonlySet<Ordinal>, block: Block, next: Event): boolean {
  const from = firstEvent(block).ordinal
  for (const seam of seams) if (seam > from && seam <= next.ordinal) return true
  return false
}

const sameUse = (a: Use | undefined, b: Use | undefined): boolean =>
  a?.event === b?.event && a?.result === b?.result

function sameBlock(a: Block, b: Block): boolean {
  if (a.type === 'looks' && b.type === 'looks') {
    return a.uses.length === b.uses.length && a.uses.every((use, i) => sameUse(use, b.uses[i]))
  }
  if (a.type === 'use' && b.type === 'use') {
    return sameUse(a.use, b.use) && JSON.stringify(a.steps) === JSON.stringify(b.steps)
  }
  return (a.type === 'event' || a.type === 'result') && a.type === b.type && a.event === b.event
}

/** `next` with those blocks of `before` that are the same, so that they are not rendered again. */
export function keepSame(before: readonly Block[], next: Block[]): Block[] {
  const known = new Map(before.map((block) => [block.key, block]))
  return next.map((block) => {
    const old = known.get(block.key)
    return old && sameBlock(old, block) ? old : block
  })
}

/**
 * The key of the first block behind the beginning that a fork shares; with nothing behind it yet, none.
 * Where the beginning ends in a part that is not loaded, no block is the first one.
 */
export function firstOwn(list: readonly Block[], shared: SharedBeginning | null): string | null {
  if (!shared) return null
  const own = (event: Event): boolean =>
    event.ordinal > shared.ordinal || (event.ordinal === shared.ordinal && event.seq > shared.seq)
  const at = list.findIndex((block) => own(firstEvent(block)))
  return at > 0 ? (list[at]?.key ?? null) : null
}

/** The events that a block shows. */
export function eventsIn(block: Block): Event[] {
  if (block.type === 'looks')
    return block.uses.flatMap(({ event, result }) => (result ? [event, result] : [event]))
  if (block.type === 'use') return block.use.result ? [block.use.event, block.use.result] : [block.use.event]
  return [block.event]
}

/** The event that a link to the block names. */
export const firstEvent = (block: Block): Event => eventsIn(block)[0] as Event

/** Where an event is shown; an event that is not shown is at the next one that is. */
export function indexOf(list: readonly Block[], matches: (event: Event) => boolean, ordinal: number): number {
  const exact = list.findIndex((block) => eventsIn(block).some(matches))
  if (exact >= 0) return exact
  const next = list.findIndex((block) => firstEvent(block).ordinal >= ordinal)
  return next >= 0 ? next : list.length - 1
}

/** Whether the block reads or changes a file; an agent may name it from the root or from its directory. */
export function touches(block: Block, file: string): boolean {
  const same = (path: string): boolean =>
    path === file || path.endsWith(`/${file}`) || file.endsWith(`/${path}`)
  return eventsIn(block).some((event) => {
    if (event.kind === 'edit') return event.files.some((edit) => same(edit.path))
    if (event.kind === 'result') return (event.edits ?? []).some((edit) => same(edit.path))
    return event.kind === 'read' && same(event.path)
  })
}

/** Whether something in the block did not succeed. */
export function failed(block: Block): boolean {
  return eventsIn(block).some(
    (event) =>
      event.kind === 'error' ||
      (event.kind === 'turn' && event.phase === 'failed') ||
      (event.kind === 'result' && (event.ok === false || (event.exit_code ?? 0) !== 0)),
  )
}

/** What a block shows, one by one: reads and searches are shown as one block. */
export const usesIn = (block: Block): Block[] =>
  block.type === 'looks' ? block.uses.map((use) => ({ ...block, uses: [use] })) : [block]

const textsOf = (value: unknown): string[] =>
  typeof value === 'string'
    ? [value]
    : typeof value === 'object' && value !== null
      ? Object.values(value).flatMap(textsOf)
      : []

/** Everything that can be read in a block, for finding words in it; names of fields and ids are not read. */
export function readable(block: Block): string {
  return eventsIn(block)
    .flatMap((event) => {
      const body: Record<string, unknown> = { ...event }
      for (const name of UNREAD) delete body[name]
      return textsOf(body)
    })
    .join('\n')
}
