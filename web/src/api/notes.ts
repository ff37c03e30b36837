// Notes and decisions: the Markdown files of a workspace.

import { ApiError, get, request, withQuery } from './client'
import type {
  NewNote,
  NoteEdit,
  NoteHistory,
  NoteKind,
  NoteList,
  NoteShare,
  NoteText,
  NoteView,
  Refusal,
  ShareNotes,
  StoredImage,
  WorkspaceId,
} from './types'

export interface NotesQuery {
  workspace: WorkspaceId
  kind?: NoteKind
  /** `T12`, `S41`, `D9`, a file: only the notes about it. */
  about?: string
}

export const fetchNotes = (query: NotesQuery, signal?: AbortSignal): Promise<NoteList> =>
  get('/api/notes', { ...query }, signal)

/** `note` is `D9`, or a path from the workspace's root. */
export const fetchNote = (workspace: WorkspaceId, note: string, signal?: AbortSignal): Promise<NoteView> =>
  get('/api/notes/one', { workspace, note }, signal)

export const createNote = (note: NewNote): Promise<NoteView> => request('POST', '/api/notes', note)

/** Saves over the version it was made on; what others changed since is merged in. */
export const editNote = (edit: NoteEdit): Promise<NoteView> => request('PUT', '/api/notes', edit)

export const removeNote = (workspace: WorkspaceId, path: string): Promise<void> =>
  request('DELETE', withQuery('/api/notes', { workspace, path }))

export const restoreNote = (workspace: WorkspaceId, path: string, version: string): Promise<NoteView> =>
  request('POST', '/api/notes/restore', { workspace, path, version })

export const fetchNoteHistory = (workspace: WorkspaceId, path: string): Promise<NoteHistory> =>
  get('/api/notes/history', { workspace, path })

export const fetchNoteVersion = (workspace: WorkspaceId, path: string, version: string): Promise<NoteText> =>
  get('/api/notes/version', { workspace, path, version })

/** Where an image is served; `path` is from the folder of notes. */
export const noteImageUrl = (workspace: WorkspaceId, path: string): string =>
  withQuery('/api/notes/image', { workspace, path })

/** What sharing would commit. */
export const fetchShare = (workspace: WorkspaceId, signal?: AbortSignal): Promise<NoteShare> =>
  get('/api/notes/share', { workspace }, signal)

/** Commits what was shown, or nothing if it is something else by now. */
export const shareNotes = (share: ShareNotes): Promise<NoteShare> =>
  request('POST', '/api/notes/share', share)

/** Puts an image beside the notes; its path is from the folder of notes. */
export const putNoteImage = (workspace: WorkspaceId, image: Blob): Promise<StoredImage> =>
  put(withQuery('/api/notes/images', { workspace }), image)

/** Puts a text, such as a mail, beside the notes; `ending` is how its file's name ends. Its path is from their folder. */
export const putNoteText = (workspace: WorkspaceId, text: string, ending: string): Promise<StoredImage> =>
  put(withQuery('/api/notes/attachments', { workspace, ending }), new Blob([text], { type: 'text/plain' }))

async function put(path: string, content: Blob): Promise<StoredImage> {
  let response: Response
  try {
    response = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': content.type },
      body: content,
    })
  } catch {
    throw new ApiError(0, 'Callboard cannot be reached.', 'Run `callboard up` if it has been stopped.')
  }
  if (response.ok) return (await response.json()) as StoredImage
  const told = (await response.json().catch(() => null)) as Refusal | null
  throw new ApiError(
    response.status,
    told?.error ?? `The daemon answered ${response.status}.`,
    told?.hint ?? null,
  )
}
