import type { CommentOn, ReviewView, SessionId, StateWord } from '../api/types'
import { board } from '../state/board.svelte'
import { tiesOf } from './between'
import type { Diffs } from './diffs.svelte'
import { placeOf, writersOf } from './members.svelte'
import { cellsOf } from './rows'

/** The members whose lines a comment is on, as far as the page knows their lines. */
function membersOn(view: ReviewView, diffs: Diffs, on: CommentOn): number[] {
  switch (on.type) {
    case 'review':
      return view.members.map((_, i) => i)
    case 'coupling': {
      const tie = tiesOf(view.pairs).find(
        ({ coupling }) => coupling.left_at === on.left_at && coupling.right_at === on.right_at,
      )
      return tie ? [placeOf(view, tie.pair.left), placeOf(view, tie.pair.right)] : []
    }
    case 'whole_file':
      return view.files.find(({ path }) => path === on.path)?.members ?? []
    case 'lines': {
      const file = view.files.find(({ path }) => path === on.path)
      if (!file) return []
      const want = { path: on.path, member: null, digest: file.digest, ignoreSpace: false, trees: null }
      const owners = new Set(
        diffs
          .of(want)
          ?.diff?.hunks.flatMap(cellsOf)
          .filter(({ old, new: now }) => {
            const line = on.old ? old : now
            return line !== null && line >= on.from && line <= on.to
          })
          .flatMap(({ owners: own }) => own),
      )
      // A line that nobody changed goes to those who change its file.
      return owners.size > 0 ? [...owners] : file.members
    }
  }
}

/** The sessions that are told what is said of something. */
export const writersOn = (view: ReviewView, diffs: Diffs, on: CommentOn): SessionId[] =>
  writersOf(view.members, membersOn(view, diffs, on))

const HOW: Record<StateWord, string> = {
  needs_you: 'runs: it is told at once',
  working: 'runs: it is told at once',
  ready: 'waits for a prompt: it is told at once',
  failed: 'has ended: it is resumed',
  interrupted: 'has ended: it is resumed',
  ended: 'has ended: it is resumed',
  unknown: 'was not heard of: it is told, or resumed',
}

/** Where a comment goes, in words. */
export function addressees(sessions: readonly SessionId[]): string {
  if (sessions.length === 0) return 'No session wrote it: it stays here.'
  const each = sessions.map((id) => {
    const state = board.sessions.get(id)?.view.state
    return state ? `${id}, which ${HOW[state]}` : id
  })
  return `To ${each.join('; ')}.`
}
