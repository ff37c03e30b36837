import { afterEach, expect, test, vi } from 'vitest'
import { CallStore } from './calls.svelte'
import { sampleCall as call } from './sample'

afterEach(() => vi.unstubAllGlobals())

interface Sent {
  path: string
  body: unknown
}

/** Answers requests as `answer` says, and keeps what was sent. */
function daemon(answer: (path: string, body: unknown) => [number, unknown] | null): Sent[] {
  const sent: Sent[] = []
  vi.stubGlobal('fetch', (path: string, init: RequestInit) => {
    const body: unknown = init.body ? JSON.parse(init.body as string) : null
    sent.push({ path, body })
    const told = answer(path, body)
    if (!told) return Promise.reject(new TypeError('refused'))
    return Promise.resolve(new Response(JSON.stringify(told[1]), { status: told[0] }))
  })
  return sent
}

const store = (...all: Parameters<typeof call>[0][]): CallStore => {
  const made = new CallStore()
  made.take(
    all.map((more) => call(more)),
    false,
  )
  return made
}

test('nothing is said to be answered before the daemon says so', async () => {
  const calls = store({ id: 'C1' })
  const waits = vi.fn()
  daemon(() => {
    waits(calls.sending.get('C1'), calls.all.get('C1')?.state)
    return [200, call({ id: 'C1', state: 'answered', answer: { option: 'yes' } })]
  })
  await calls.answer([calls.all.get('C1')!], 'Allow once', (one) => ({
    generation: one.generation,
    option: 'yes',
  }))
  expect(waits).toHaveBeenCalledWith('Allow once', 'open')
  expect(calls.sending.size).toBe(0)
  expect(calls.all.get('C1')?.state).toBe('answered')
  expect(calls.waiting).toEqual([])
})

test('calls that ask the same are each answered under their own generation', async () => {
  const calls = store({ id: 'C1', group: 'g' }, { id: 'C2', group: 'g', generation: 4 })
  const sent = daemon((path) => [200, call({ id: path.split('/')[3], state: 'answered', generation: 4 })])
  await calls.answer(calls.entries[0]!.calls, 'Deny', (one) => ({ generation: one.generation, option: 'no' }))
  expect(sent.map(({ path, body }) => [path, body])).toEqual([
    ['/api/calls/C1/answer', { generation: 1, option: 'no' }],
    ['/api/calls/C2/answer', { generation: 4, option: 'no' }],
  ])
  expect(calls.entries.map((entry) => entry.calls.length)).toEqual([2])
})

test('a late answer is refused in words, and the call is shown as it is', async () => {
  const calls = store({ id: 'C1' })
  daemon((path) =>
    path.endsWith('/answer')
      ? [409, { error: 'C1 was already answered, by the window; yours was not sent', hint: 'see what waits' }]
      : [200, call({ id: 'C1', state: 'closed', answered_by: 'the window', told: 'answered in its window' })],
  )
  await calls.answer([calls.all.get('C1')!], 'Allow once', () => ({ option: 'yes' }))
  expect(calls.refused.get('C1')?.text).toMatch(/by the window; yours was not sent/)
  expect(calls.all.get('C1')?.told).toBe('answered in its window')
})

test('where the daemon is away, nobody says what became of the answer', async () => {
  const calls = store({ id: 'C1' })
  daemon(() => null)
  await calls.answer([calls.all.get('C1')!], 'Allow once', () => ({ option: 'yes' }))
  expect(calls.refused.get('C1')?.text).toMatch(/Nothing tells whether the answer arrived/)
  expect(calls.all.get('C1')?.state).toBe('open')
})

test('an announcement from before the answer does not open the call again', () => {
  const calls = store({ id: 'C1' })
  calls.hear(call({ id: 'C1', state: 'answered' }))
  calls.hear(call({ id: 'C1' }))
  expect(calls.all.get('C1')?.state).toBe('answered')
  calls.hear(call({ id: 'C1', generation: 2 }))
  expect(calls.waiting.map(({ id }) => id)).toEqual(['C1'])
})

test('a call that was over before it was shown is not shown', () => {
  const calls = store()
  calls.hear(call({ id: 'C9', state: 'closed' }))
  expect(calls.all.size).toBe(0)
})

test('what closed while the page was away is asked for, and told', async () => {
  const calls = store({ id: 'C1' }, { id: 'C2' })
  daemon(() => [200, call({ id: 'C2', state: 'closed', told: 'its agent ended' })])
  calls.take([call({ id: 'C1' })], false)
  await vi.waitFor(() => expect(calls.all.get('C2')?.told).toBe('its agent ended'))
  calls.take([], true)
  expect(calls.all.size).toBe(0)
})
