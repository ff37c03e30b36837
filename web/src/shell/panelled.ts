/** What the right-hand panel shows beside any page: a form, or what belongs to a session or task. */
export interface PanelPart {
  what: 'brief' | 'receipt' | 'handoff' | 'decision' | 'note' | 'share'
  /** The session, task or review: `S41`, `T12`, `R7`. */
  of: string | null
}

/** The part that `brief-S41`, `decision` or `note-S41` names; `null` where it is a thing with a page of its own. */
export function panelPart(id: string): PanelPart | null {
  const match =
    /^(?:(brief)-([ST]\d+)|(receipt)-([STR]\d+)|(handoff)-(S\d+)|(decision|note)(?:-([ST]\d+))?|(share))$/.exec(
      id,
    )
  if (!match) return null
  const what = (match[1] ?? match[3] ?? match[5] ?? match[7] ?? match[9]) as PanelPart['what']
  return { what, of: match[2] ?? match[4] ?? match[6] ?? match[8] ?? null }
}
