import type { NoteLink } from '../api/types'
import { noteHref, reviewHref, sessionHref, taskHref } from '../state/router.svelte'

/** The folder of notes, from the workspace's root. */
export const NOTES = '.callboard/notes'

/** A note's text, cut behind its front matter. */
export function splitFront(text: string): { front: string; body: string } {
  const match = /^---\r?\n(?:[\s\S]*?\r?\n)?---[ \t]*(?:\r?\n|$)/.exec(text)
  return match ? { front: match[0], body: text.slice(match[0].length) } : { front: '', body: text }
}

/** The decisions whose place a note takes, as its front matter says: in one line, or one below the other. */
export function supersededIn(text: string): string[] {
  const { front } = splitFront(text)
  const key = /^supersedes:[ \t]*(.*(?:\r?\n[ \t]*-[^\n]*)*)/m.exec(front)
  return (key?.[1]?.match(/\bD[1-9]\d*\b/gi) ?? []).map((id) => id.toUpperCase())
}

const folderOf = (path: string): string[] => path.split('/').slice(0, -1)

/** Where a path leads that a file names; `null` where that is outside of the workspace. */
export function resolvePath(file: string, named: string): string | null {
  const parts = folderOf(file)
  for (const part of named.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) return null
  }
  return parts.join('/')
}

/** How a file names another one. */
export function pathFrom(file: string, to: string): string {
  const from = folderOf(file)
  const parts = to.split('/')
  let same = 0
  while (same < from.length && from[same] === parts[same]) same += 1
  return [...from.slice(same).map(() => '..'), ...parts.slice(same)].join('/')
}

/** The image that a note shows, from the folder of notes; `null` where it is elsewhere, and not shown. */
export function imageOf(note: string, named: string): string | null {
  if (/^[a-z][a-z+.-]*:|^\//i.test(named)) return null
  let plain = named
  try {
    plain = decodeURIComponent(named)
  } catch {
    // A name may have a bare `%`.
  }
  const path = resolvePath(note, plain)
  if (path?.startsWith(`${NOTES}/`)) return path.slice(NOTES.length + 1)
  return /^images\/[^/]+$/.test(plain) ? plain : null
}

/** Where a file is that a note names: what was attached lies beside the notes, `../` is read from the note, and
 * whatever else is a path as tools tell it, from the root. */
export function fileOf(note: string, named: string): string {
  if (/^attachments\/[0-9a-f]{8,}\.\w+$/.test(named)) return `${NOTES}/${named}`
  return named.startsWith('.') ? (resolvePath(note, named) ?? named) : named
}

/** Links as they are listed: the events of a session together, where the first of them stands. */
export function grouped(links: readonly NoteLink[]): [NoteLink, ...NoteLink[]][] {
  const groups: [NoteLink, ...NoteLink[]][] = []
  const sessions = new Map<string, NoteLink[]>()
  for (const link of links) {
    const session = link.kind === 'event' ? link.target.split('#')[0] : undefined
    const known = session === undefined ? undefined : sessions.get(session)
    if (known) {
      if (!known.some(({ target }) => target === link.target)) known.push(link)
      continue
    }
    const group: [NoteLink] = [link]
    groups.push(group)
    if (session !== undefined) sessions.set(session, group)
  }
  return groups
}

const ID = /^(?:S[1-9]\d*#\d+|[STDR][1-9]\d*)$/

/** Where an id leads on the page: `S41#10234`, `S41`, `T12`, `D9`, `R7`. */
export function idTarget(workspace: string, text: string): string | null {
  if (!ID.test(text)) return null
  const [id = '', seq] = text.split('#')
  if (id.startsWith('S')) return sessionHref(id, seq === undefined ? null : Number(seq))
  if (id.startsWith('T')) return taskHref(id)
  return id.startsWith('R') ? reviewHref(id) : noteHref(workspace, id)
}
