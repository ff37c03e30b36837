import type { PostWanted } from '../api/types'

/** What is to be posted, before it is known where to. */
export interface ToPost {
  /** `D9`, `S41`. */
  name: string
  workspace: PostWanted['workspace']
  of: PostWanted['of']
  /** Where it is likely to go: the issue of its task. */
  to: string | null
  budget?: number
}
