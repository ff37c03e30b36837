// The shapes of a diff, for what is pure and runs without the page.
import type { FileDiffView } from '../api/types'

export type { DiffHunk, FileDiffView } from '../api/types'
export type MovedRun = FileDiffView['hunks'][number]['moves'][number]
