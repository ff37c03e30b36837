import { fetchNote } from '../api/notes'
import type { NoteLink, NoteView } from '../api/types'
import { supersededIn } from './place'

/** Of those that name a note, so many are asked whether they take its place. */
const MOST_ASKED = 12

/** The decisions that take a decision's place: those that name it, and say so. */
export async function successorsOf(view: NoteView): Promise<NoteLink[]> {
  const { id, workspace } = view
  if (!id || view.status !== 'superseded') return []
  const asked = view.linked_from.slice(0, MOST_ASKED).map(async (link) => {
    const { text } = await fetchNote(workspace, link.target)
    return supersededIn(text).includes(id) ? link : null
  })
  const found = await Promise.allSettled(asked)
  return found.flatMap((one) => (one.status === 'fulfilled' && one.value ? [one.value] : []))
}
