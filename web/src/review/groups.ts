import type { ReviewFile } from '../api/types'

export type GroupKey = 'contract' | 'uses' | 'test' | 'rest' | 'made'

export const GROUP_TITLE: Record<GroupKey, string> = {
  contract: 'Contracts',
  uses: 'Uses',
  test: 'Tests',
  rest: 'Rest',
  made: 'Lock and generated files',
}

export interface Group {
  key: GroupKey
  files: ReviewFile[]
}

const ORDER: GroupKey[] = ['contract', 'uses', 'test', 'rest', 'made']

function groupOf({ kind, place }: ReviewFile): GroupKey {
  if (kind === 'lock' || kind === 'generated') return 'made'
  return ORDER.find((key) => key === place) ?? 'rest'
}

/** The files in reading order, by what they are read as; `member` leaves those that it changes. */
export function groupsOf(files: readonly ReviewFile[], member: number | null): Group[] {
  const groups = new Map<GroupKey, ReviewFile[]>(ORDER.map((key) => [key, []]))
  for (const file of files) {
    if (member === null || file.members.includes(member)) groups.get(groupOf(file))?.push(file)
  }
  return [...groups].flatMap(([key, of]) => (of.length > 0 ? [{ key, files: of }] : []))
}

/** Whether a file is folded before anybody touched it: it was looked at, or a program made it. */
export const foldedAtFirst = (file: ReviewFile): boolean => file.viewed === 'yes' || groupOf(file) === 'made'
