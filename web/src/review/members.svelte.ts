import type { ChangesetRef, ReviewMember, ReviewView, SessionId } from '../api/types'

/** So many colours tell members apart; the letter does where there are more. */
const COLOURS = 6

/** The letters of the review that is shown, by the places of its members: they stay when members land in another order. */
let worn = $state.raw<readonly number[]>([])

/** Has members wear their letters from now on. */
export function wear(members: readonly Pick<ReviewMember, 'letter'>[]): void {
  worn = members.map(({ letter }) => letter)
}

/** The letter of this number, from 0. */
export const letterAt = (number: number): string =>
  number < 26 ? String.fromCharCode(65 + number) : String(number + 1)

export const colourAt = (number: number): string => `var(--member-${(number % COLOURS) + 1})`

/** The letter that a member's lines wear. */
export const letterOf = (member: number): string => letterAt(worn[member] ?? member)

export const colourOf = (member: number): string => colourAt(worn[member] ?? member)

/** The letters of those who wrote a line: `A`, `AB`, or `A+2`. */
export const lettersOf = (members: readonly number[]): string =>
  members.length <= 2 ? members.map(letterOf).join('') : `${letterOf(members[0] ?? 0)}+${members.length - 1}`

/** The place of a changeset among a review's members; -1 for the base. */
export const placeOf = (review: Pick<ReviewView, 'members'>, changeset: ChangesetRef): number =>
  review.members.findIndex(({ key }) => key === changeset.key)

/** The newest session of each member, once: who is told what is said of their lines. */
export function writersOf(members: readonly ReviewMember[], places: readonly number[]): SessionId[] {
  return [...new Set(places.flatMap((place) => members[place]?.sessions.slice(0, 1) ?? []))]
}
