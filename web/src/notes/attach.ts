// Images and texts that are put beside the notes: what a note shows, and where its words come from.

import { putNoteImage, putNoteText } from '../api/notes'
import type { WorkspaceId } from '../api/types'
import { toasts } from '../state/toasts.svelte'
import { NOTES, pathFrom } from './place'

/** What was pasted or dropped: images. */
export const imagesIn = (data: DataTransfer | null): File[] =>
  [...(data?.files ?? [])].filter(({ type }) => type.startsWith('image/'))

/** Puts an image beside the notes; returns its path from their folder, or `null` if it was refused. */
export async function keepImage(workspace: WorkspaceId, file: File): Promise<string | null> {
  try {
    return (await putNoteImage(workspace, file)).path
  } catch (error) {
    toasts.fail(error, `${file.name || 'The image'} was not put beside the notes.`)
    return null
  }
}

/** How a note at `note` shows an image that lies beside the notes. */
export function shownImage(note: string, path: string, name: string): string {
  const plain = name.replace(/\.[^.]*$/, '').replaceAll(/[[\]\\]/g, '')
  return `![${plain}](${pathFrom(note, `${NOTES}/${path}`)})`
}

/** A mail begins with its headers; anything else that is pasted is a text. */
export const endingOf = (text: string): 'eml' | 'txt' =>
  /^(?:(?:from|to|subject|date|received|return-path|delivered-to|message-id|mime-version):.*\r?\n(?:[ \t].*\r?\n)*){2}/i.test(
    text.trimStart(),
  )
    ? 'eml'
    : 'txt'

/** Puts a text that was pasted beside the notes; returns its path from their folder, or `null` if it was refused. */
export async function keepText(workspace: WorkspaceId, text: string): Promise<string | null> {
  try {
    return (await putNoteText(workspace, text, endingOf(text))).path
  } catch (error) {
    toasts.fail(error, 'The text was not put beside the notes.')
    return null
  }
}
