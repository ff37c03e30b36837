import { begunNight } from '../fixtures/night.mjs'

const refused = (error, hint) => ({ status: 422, body: { error, hint } })

function begin(state, _, { body }) {
  if (state.night?.ended_at === null) return refused('a night goes on already; nothing was begun', null)
  const tasks = body.tasks.map((id) => state.tasks.get(id))
  state.nights.push(body)
  state.night = begunNight(2, tasks, body)
  return { body: state.night }
}

/** The first time, what is worked on goes on; the second ends it. */
function end(state) {
  const left = state.night.ending
  state.night = { ...state.night, ending: true, ended_at: left ? new Date().toISOString() : null }
  const { ending: _, ...told } = state.night
  return { body: told }
}

function give(state, [name], { body }) {
  const resource = state.resources.find((row) => row.name === decodeURIComponent(name))
  const all = [...resource.held, ...resource.queue]
  const lease = all.find((row) => row.holder === body.holder)
  const [next, ...queue] = resource.queue.filter((row) => row !== lease)
  const held = resource.held.filter((row) => row !== lease)
  if (next && held.length < resource.capacity)
    Object.assign(resource, { held: [...held, { ...next, state: 'held' }], queue })
  else Object.assign(resource, { held, queue: next ? [next, ...queue] : [] })
  state.announce({ type: 'resource', resource: { ...resource } })
  return { body: { ...lease, state: 'given' } }
}

export const ROUTES = [
  ['GET', /^\/api\/night$/, (state) => ({ body: state.night })],
  ['POST', /^\/api\/night$/, begin],
  ['DELETE', /^\/api\/night\/(\d+)$/, end],
  ['GET', /^\/api\/resources$/, (state) => ({ body: state.resources })],
  ['POST', /^\/api\/resources\/([^/]+)\/give$/, give],
]
