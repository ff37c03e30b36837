import type { Refusal } from './types'

/** An answer that was not given: what happened, and what to do. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly hint: string | null,
    /** What came with the refusal, such as the task as it is now. */
    readonly body: unknown = null,
  ) {
    super(message)
  }

  /** The daemon could not be reached at all. */
  get offline(): boolean {
    return this.status === 0
  }
}

export type Query = Record<string, string | number | boolean | null | undefined>

/** `path` with those parameters that have a value. */
export function withQuery(path: string, query: Query): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value === null || value === undefined || value === '' || value === false) continue
    parameters.set(name, String(value))
  }
  const text = parameters.toString()
  return text ? `${path}?${text}` : path
}

async function refusal(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => null)) as Refusal | null
  if (response.status === 401) {
    return new ApiError(401, 'This page is not signed in.', 'Run `callboard up` to open it again.', body)
  }
  const text = body?.error ?? `The daemon answered ${response.status}.`
  return new ApiError(response.status, text, body?.hint ?? null, body)
}

export async function request<T>(
  method: string,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<T> {
  let response: Response
  try {
    response = await fetch(path, {
      method,
      signal,
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    })
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
    throw new ApiError(0, 'Callboard cannot be reached.', 'Run `callboard up` if it has been stopped.')
  }
  if (!response.ok) throw await refusal(response)
  if (response.status === 204 || response.headers.get('content-length') === '0') return undefined as T
  return (await response.json()) as T
}

export const get = <T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> =>
  request<T>('GET', withQuery(path, query), undefined, signal)

/** Reads a log from `path`, piece by piece, until it ends. */
export async function readText(
  path: string,
  tell: (piece: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const response = await fetch(path, { signal })
  if (!response.ok || !response.body) throw new Error(`The log cannot be read: ${response.status}.`)
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    tell(value)
  }
}
