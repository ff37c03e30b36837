// What may be a decision, and what becomes of it.

import { get, request } from './client'
import type { AcceptCandidate, Candidate, CandidateList, NoteView, SessionId, WorkspaceId } from './types'

export type CandidatesOf = { session: SessionId } | { workspace: WorkspaceId }

export const fetchCandidates = (of: CandidatesOf, signal?: AbortSignal): Promise<CandidateList> =>
  get('/api/candidates', { ...of }, signal)

export const acceptCandidate = (wanted: AcceptCandidate): Promise<NoteView> =>
  request('POST', '/api/candidates/accept', wanted)

const which = ({ session, key }: Candidate) => ({ session, key })

export const dismissCandidate = (candidate: Candidate): Promise<Candidate> =>
  request('POST', '/api/candidates/dismiss', which(candidate))

export const reopenCandidate = (candidate: Candidate): Promise<Candidate> =>
  request('POST', '/api/candidates/reopen', which(candidate))
