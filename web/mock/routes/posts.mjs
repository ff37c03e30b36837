import { at } from '../fixtures/sessions.mjs'
import { createHash } from 'node:crypto'

/** The tracker of the mock: `#500` is at a place that nothing can be posted to. */
const PAGE = 'https://github.com/acme/orders'

function textOf(state, of) {
  if (!of.note)
    return {
      name: of.session ?? of.task,
      text: `# Brief of ${of.session ?? of.task}\n\n## Goal\n\n- Limit requests per account [S41#41000222]`,
    }
  const note = state.notes.find(
    ({ path, versions }) => path === of.note || versions.at(-1).text.includes(`\nid: ${of.note}\n`),
  )
  const text =
    note?.versions
      .at(-1)
      .text.replace(/^---\n[\s\S]*?\n---\n/, '')
      .trim() ?? ''
  // As the daemon does: what leads to files becomes words, and an agent's word says so.
  const words = text.replace(/!\[([^\]]*)\]\(([^)]*images[^)]*)\)/g, '$1 ($2)')
  const by = /^by: (S\d+)$/m.exec(note?.versions.at(-1).text ?? '')?.[1]
  return {
    note,
    name: of.note,
    text: by ? `*Written by an agent (claude, ${by}).*\n\n${words}` : words,
    images: [...text.matchAll(/!\[[^\]]*\]\(([^)]*images[^)]*)\)/g)].map((match) => match[1]),
  }
}

const seenOf = (to, text) => createHash('sha256').update(`${to}\n${text}`).digest('hex')

function ready(state, { of, to }) {
  const number = /^#(\d+)$/.exec(to)?.[1] ?? /\/(?:issues|pull)\/(\d+)/.exec(to)?.[1]
  if (!number)
    return {
      refused: {
        status: 422,
        body: {
          error: `\`${to}\` is no issue or pull request; nothing was posted`,
          hint: 'name it by `#432`',
        },
      },
    }
  const { note, name, text, images } = textOf(state, of)
  const posts = (state.posts ??= []).filter((one) => one.name === name)
  return { number, note, name, text, images, posts, address: `${PAGE}/issues/${number}` }
}

function preview(state, _, { body }) {
  const one = ready(state, body)
  if (one.refused) return one.refused
  const already = one.posts.find((post) => post.text === one.text && post.view.to === `#${one.number}`)
  return {
    body: {
      of: one.name,
      text: one.text,
      seen: seenOf(one.address, one.text),
      masked: 1,
      images: one.images ?? [],
      mentions: ['@maria'],
      to: {
        address: one.address,
        name: `#${one.number}`,
        repository: 'github.com/acme/orders',
        title: 'Clients behind one address are cut off',
        kind: 'issue',
        state: 'open',
        visibility: 'public',
      },
      account: 'sam-acme',
      hindered: one.number === '500' ? '`gh`, which would post it, is not installed' : null,
      remarks: [],
      posts: one.posts.map(({ view }) => view),
      already: already?.view ?? null,
    },
  }
}

function post(state, _, { body }) {
  const one = ready(state, body)
  if (one.refused) return one.refused
  if (body.seen !== seenOf(one.address, one.text))
    return {
      status: 409,
      body: {
        error: `${one.name} has changed since it was shown; nothing was posted`,
        hint: 'look at it again',
      },
    }
  const view = {
    to: `#${one.number}`,
    address: `${one.address}#issuecomment-${state.posts.length + 1}`,
    at: at(0),
    state: 'posted',
    is_current: true,
  }
  state.posts.unshift({ name: one.name, path: one.note?.path, text: one.text, view })
  return { body: view }
}

export const ROUTES = [
  ['POST', /^\/api\/posts\/preview$/, preview],
  ['POST', /^\/api\/posts$/, post],
]
