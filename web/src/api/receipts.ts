// Receipts: what a finished piece of work can show.

import { ApiError, get, readText, request, withQuery } from './client'
import type { AcceptCase, ReceiptList, ReceiptOf, ReceiptView, WorkspaceId } from './types'

const at = (of: ReceiptOf, rest = ''): string => `/api/receipts/${encodeURIComponent(of)}${rest}`

/** Those of a workspace in a few words, the newest first. */
export const fetchReceipts = (workspace: WorkspaceId): Promise<ReceiptList> =>
  get('/api/receipts', { workspace })

/** Makes it where there is none yet. */
export const fetchReceipt = (of: ReceiptOf): Promise<ReceiptView> => get(at(of))

/** Makes it anew and starts its checks; `fresh` runs those, too, whose results are known. */
export const checkReceipt = (of: ReceiptOf, fresh: boolean): Promise<ReceiptView> =>
  request('POST', withQuery(at(of, '/check'), { fresh }))

export const acceptCase = (of: ReceiptOf, accept: AcceptCase): Promise<ReceiptView> =>
  request('POST', at(of, '/accept'), accept)

export const takeBackAccept = (of: ReceiptOf, key: string): Promise<ReceiptView> =>
  request('DELETE', at(of, `/accept/${encodeURIComponent(key)}`))

export type FileFormat = 'md' | 'html' | 'json'

export const receiptFileUrl = (of: ReceiptOf, as: FileFormat): string => at(of, `/file?as=${as}`)

export async function fetchReceiptFile(of: ReceiptOf, as: FileFormat): Promise<string> {
  const response = await fetch(receiptFileUrl(of, as))
  if (!response.ok) throw new ApiError(response.status, `The daemon answered ${response.status}.`, null)
  return response.text()
}

/** Reads the log of a run from its beginning, piece by piece, until it ends. */
export const readReceiptLog = (
  of: ReceiptOf,
  log: string,
  tell: (piece: string) => void,
  signal: AbortSignal,
): Promise<void> => readText(at(of, `/log/${encodeURIComponent(log)}?from=0`), tell, signal)
