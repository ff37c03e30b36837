// Notes and briefs that are posted to a tracker.

import { request } from './client'
import type { NewPost, PostPreview, PostView, PostWanted } from './types'

/** What would be posted where; nothing is. */
export const fetchPostPreview = (wanted: PostWanted): Promise<PostPreview> =>
  request('POST', '/api/posts/preview', wanted)

/** Posts what was seen, and nothing else. */
export const sendPost = (post: NewPost): Promise<PostView> => request('POST', '/api/posts', post)
