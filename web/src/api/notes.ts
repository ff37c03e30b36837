// Notes and decisions: the Markdown files of a workspace.

import { ApiError, get, request, withQuery } from './client'
import type {
  NewNote,
  NoteEdit,
  NoteHistory,
  NoteKind,
  NoteList,
  NoteView,
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

export const fetchNoteVersion = (
  workspace: WorkspaceId,
  path: string,
  version: string,
): Promise<{ text: string }> => get('/api/notes/version', { workspace, path, version })

/** Where an image is served; `path` is from the folder of notes. */
export const noteImageUrl = (workspace: WorkspaceId, path: string): string =>
  withQuery('/api/notes/image', { workspace, path })

/** Puts an image beside the notes; its path is from the folder of notes. */
export async function putNoteImage(workspace: WorkspaceId, image: Blob): Promise<StoredImage> {
  let response: Response
  try {
    response = await fetch(withQuery('/api/notes/images', { workspace }), {
      method: 'POST',
      headers: { 'content-type': image.type },
      body: image,
    })
  } catch {
    throw new ApiError(0, 'Callboard cannot be reached.', 'Run `callboard up` if it has been stopped.')
  }
  if (response.ok) return (await response.json()) as StoredImage
  const told = (await response.json().catch(() => null)) as { error?: string; hint?: string } | null
  throw new ApiError(
    response.status,
    told?.error ?? `The daemon answered ${response.status}.`,
    told?.hint ?? null,
  )
}
