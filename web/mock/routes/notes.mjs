import { applyPatch, createPatch, diffLines } from 'diff'
import { createHash } from 'node:crypto'
import { versionOf, YOU } from '../fixtures/notes.mjs'

const list = (value) =>
  (value ?? '')
    .replace(/^\[|\]$/g, '')
    .split(',')
    .map((item) => item.trim().replace(/^"|"$/g, ''))
    .filter(Boolean)

const current = (note) => note.versions.at(-1)

function front(text) {
  const match = /^---\n([\s\S]*?)\n---\n/.exec(text)
  const keys = new Map()
  for (const line of match?.[1].split('\n') ?? []) {
    const at = line.indexOf(':')
    if (at > 0) keys.set(line.slice(0, at), line.slice(at + 1).trim())
  }
  return {
    keys,
    body: match ? text.slice(match[0].length) : text,
    bad: match?.[1].includes('[done') ?? false,
  }
}

const KNOWN = ['id', 'by', 'at', 'status', 'supersedes', 'task', 'session', 'files', 'symbols', 'sources']

function rowOf(state, note) {
  const { text, by, at } = current(note)
  const { keys, body, bad } = front(text)
  const id = keys.get('id') ?? null
  const from = keys.get('by')
  const session = from?.startsWith('S') ? from : null
  const lines = body.split('\n').filter((line) => line.trim() && !/^(#|```|<)/.test(line))
  return {
    workspace: note.workspace,
    path: note.path,
    kind: note.path.includes('/decisions/') ? 'decision' : 'note',
    id,
    title: /^# (.+)$/m.exec(body)?.[1] ?? note.path.split('/').at(-1).replace(/\.md$/, ''),
    summary: (lines[0] ?? '').replaceAll('**', ''),
    by: from
      ? {
          session,
          agent: session ? (state.sessions.get(session)?.agent ?? by.agent) : null,
          person: !session,
        }
      : { session: null, agent: null, person: false },
    status: id ? (keys.get('status') ?? 'decided') : bad ? null : (keys.get('status') ?? null),
    task: keys.get('task') ?? null,
    session: keys.get('session') ?? null,
    files: list(keys.get('files')),
    symbols: list(keys.get('symbols')),
    at: keys.get('at') ?? null,
    modified_at: at,
  }
}

function kindOf(target) {
  if (/^S\d+#\d+$/.test(target)) return 'event'
  if (/^https?:/.test(target)) return 'address'
  if (/\.(png|jpe?g|gif|webp|svg)$/.test(target)) return 'image'
  const ids = { S: 'session', T: 'task', R: 'review', D: 'note', '#': 'issue' }
  if (/^[STRD#]\d+$/.test(target)) return ids[target[0]]
  return target.endsWith('.md') ? 'note' : 'file'
}

function titleOf(state, kind, target) {
  if (kind === 'task') return state.tasks.get(target)?.title ?? null
  if (kind === 'session') return state.sessions.get(target)?.title ?? null
  if (kind === 'event') return 'Clients that send a burst see 429 without a Retry-After header'
  if (kind === 'note') return find(state, target) ? rowOf(state, find(state, target)).title : null
  return null
}

const link = (state, target, titled = false) => {
  const kind = titled && kindOf(target) === 'file' ? 'note' : kindOf(target)
  const title = titleOf(state, kind, target)
  const missing = ['task', 'session', 'note'].includes(kind) && title === null && !state.sessions.has(target)
  return { kind, target, title, missing, path: kind === 'file' || kind === 'image' ? target : null }
}

const NAMES = /(?<![\w#/])(S\d+#\d+|[STRD]\d+)\b|\[\[([^\]]+)\]\]|`([\w./-]+\/[\w.-]+)(?::\d+)?`/g

function viewOf(state, note, more = {}) {
  const { text, version } = current(note)
  const { keys, body, bad } = front(text)
  const row = rowOf(state, note)
  const section = (name) =>
    new RegExp(`^## ${name}\\n([\\s\\S]*?)(?=^## |$(?![\\s\\S]))`, 'm').exec(body)?.[1].trim()
  const names = new Set([...body.matchAll(NAMES)].map((match) => match[1] ?? match[2] ?? match[3]))
  for (const name of [row.task, row.session, ...list(keys.get('supersedes'))]) if (name) names.add(name)
  const mine = (other) =>
    other !== note &&
    !other.gone &&
    ((row.id && new RegExp(`\\b${row.id}\\b`).test(current(other).text)) ||
      current(other).text.includes(`[[${row.title}]]`) ||
      current(other).text.includes(`](${note.path.split('/').at(-1)})`))
  return {
    ...row,
    text,
    body,
    version,
    decision:
      row.kind === 'decision'
        ? {
            why: section('Why') ?? '',
            ruled_out: [...(section('Ruled out') ?? '').matchAll(/- \*\*(.+?)\*\*: (.+)/g)].map(
              ([, what, why]) => ({ what, why }),
            ),
            open: [...(section('Open') ?? '').matchAll(/^- (.+)$/gm)].map((match) => match[1]),
          }
        : null,
    sources: list(keys.get('sources')).map((target) => link(state, target)),
    // A word that looks like an id is one only where there is such a thing.
    links: [...names]
      .filter((target) => !list(keys.get('sources')).includes(target))
      .map((target) => link(state, target, body.includes(`[[${target}]]`)))
      .filter(({ kind, target, missing }) => !missing || kind === 'event' || !/^[STRD]\d+$/.test(target)),
    linked_from: [...state.notes].filter(mine).map((other) => {
      const { id, path, title } = rowOf(state, other)
      return { kind: 'note', target: id ?? path, title, missing: false, path: null }
    }),
    other: [...keys].filter(([key]) => !KNOWN.includes(key)).map(([key, value]) => ({ key, value })),
    posts: (state.posts ?? []).filter((post) => post.path === note.path).map(({ view }) => view),
    problems: bad ? ['its front matter cannot be read at line 4: the list has no end'] : [],
    is_merged: false,
    overlaps: false,
    ...more,
  }
}

function find(state, name) {
  const here = state.notes.filter((note) => !note.gone)
  return (
    here.find((note) => note.path === name) ??
    here.find((note) => front(current(note).text).keys.get('id') === name) ??
    here.find((note) => rowOf(state, note).title === name || note.path.endsWith(`/${name}`))
  )
}

const missing = (name) => ({
  status: 404,
  body: { error: `There is no note ${name}.`, hint: 'See `callboard note`.' },
})

const byPath = (state, path) => state.notes.find((note) => note.path === path)

function write(state, note, text, by = YOU) {
  note.versions.push({ text, by, at: new Date().toISOString(), version: versionOf(text) })
  note.gone = false
  state.announce({ type: 'note', workspace: note.workspace, path: note.path })
}

/** A change by somebody else, as by an editor or an agent. */
export function writeElsewhere(state, path, change, by = { session: 'S41', agent: 'claude', person: false }) {
  const note = byPath(state, path)
  write(state, note, change(current(note).text), by)
}

/** Whether a text has a name as a word of its own: `2026-11-22T14:03` does not name T14. */
const names = (text, name) => new RegExp(`(?<![\\w-])${name}(?![\\w-])`).test(text)

function all(state, _, { query }) {
  const about = query.get('about')
  const rows = state.notes
    .filter((note) => !note.gone && note.workspace === (query.get('workspace') ?? 'W1'))
    .map((note) => [rowOf(state, note), current(note).text])
    .filter(([row]) => !query.get('kind') || row.kind === query.get('kind'))
    .filter(([, text]) => !about || names(text, about))
    .map(([row]) => row)
  return { body: { notes: rows.sort((a, b) => b.modified_at.localeCompare(a.modified_at)) } }
}

function one(state, _, { query }) {
  const note = find(state, query.get('note'))
  return note ? { body: viewOf(state, note) } : missing(query.get('note'))
}

export function create(state, _, { body }) {
  if (body.into) {
    const note = byPath(state, body.into)
    state.written.push(body)
    write(state, note, `${current(note).text}\n## ${body.title}\n\n${body.body ?? ''}\n`)
    return { body: viewOf(state, note) }
  }
  const slug = body.title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
  const id = body.kind === 'decision' ? `D${state.nextDecision++}` : null
  const keys = [
    id && `id: ${id}`,
    'by: you',
    `at: ${new Date().toISOString()}`,
    id && `status: ${body.status ?? 'decided'}`,
    body.supersedes?.length && `supersedes: [${body.supersedes.join(', ')}]`,
    body.task && `task: ${body.task}`,
    body.session && `session: ${body.session}`,
    body.files?.length && `files: [${body.files.join(', ')}]`,
    body.sources?.length && `sources: [${body.sources.join(', ')}]`,
  ].filter(Boolean)
  const parts = [
    `---\n${keys.join('\n')}\n---\n\n# ${body.title}\n`,
    body.body && `\n${body.body}\n`,
    body.why && `\n## Why\n${body.why}\n`,
    body.ruled_out?.length &&
      `\n## Ruled out\n${body.ruled_out.map(({ what, why }) => `- **${what}**: ${why}`).join('\n')}\n`,
    body.open?.length && `\n## Open\n${body.open.map((line) => `- ${line}`).join('\n')}\n`,
  ]
  const path = `.callboard/${id ? `decisions/${id}-${slug}` : `notes/${slug}`}.md`
  const note = { path, workspace: body.workspace ?? 'W1', versions: [], gone: false }
  state.notes.push(note)
  state.written.push(body)
  write(state, note, parts.filter(Boolean).join(''))
  return { body: viewOf(state, note) }
}

function edit(state, _, { body }) {
  const note = byPath(state, body.path)
  if (!note) return missing(body.path)
  const base = note.versions.find(({ version }) => version === body.base)
  const now = current(note)
  if (now.version === body.base) {
    write(state, note, body.text)
    return { body: viewOf(state, note) }
  }
  const merged = applyPatch(now.text, createPatch('note', base.text, body.text))
  write(state, note, merged === false ? `${body.text}\n${now.text}` : merged)
  return { body: viewOf(state, note, { is_merged: true, overlaps: merged === false }) }
}

function remove(state, _, { query }) {
  const note = byPath(state, query.get('path'))
  note.gone = true
  state.announce({ type: 'note', workspace: note.workspace, path: note.path })
  return { body: null }
}

function restore(state, _, { body }) {
  const note = byPath(state, body.path)
  write(state, note, note.versions.find(({ version }) => version === body.version).text)
  return { body: viewOf(state, note) }
}

function history(state, _, { query }) {
  const { versions } = byPath(state, query.get('path'))
  const told = versions.map(({ version, at, by, text }, i) => {
    const size = { added: 0, removed: 0 }
    for (const part of diffLines(versions[i - 1]?.text ?? '', text)) {
      if (part.added) size.added += part.count
      if (part.removed) size.removed += part.count
    }
    return { version, at, by, ...size }
  })
  return { body: { versions: told.reverse() } }
}

function version(state, _, { query }) {
  const found = byPath(state, query.get('path')).versions.find((one) => one.version === query.get('version'))
  return { body: { text: found.text } }
}

function putImage(state, _, { bytes }) {
  const path = `images/${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}.png`
  state.images.set(path, bytes)
  return { body: { path } }
}

function image(state, _, { query }) {
  const bytes = state.images.get(query.get('path').replace(/^\.callboard\/notes\//, ''))
  return bytes ? { bytes, type: 'image/png' } : missing(query.get('path'))
}

function putText(state, _, { query, bytes }) {
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 16)
  const path = `attachments/${hash}.${query.get('ending') || 'txt'}`
  state.texts.set(path, bytes.toString())
  return { body: { path } }
}

const shareOf = (state) => {
  const files = state.notes
    .filter((note) => note.gone !== true && state.committed.get(note.path) !== current(note).version)
    .map(({ path }) => path)
    .sort()
  const said = state.notes.map((note) => current(note).version).join()
  return {
    path: '/home/lea/src/ledger',
    branch: 'main',
    files,
    version: createHash('sha256').update(said).digest('hex').slice(0, 16),
    message: 'Share notes and decisions',
    is_shared: state.committed.size > 0,
    secrets: state.secrets ?? [],
    commit: null,
  }
}

function share(state, _, { body }) {
  const plan = shareOf(state)
  if (body.version !== plan.version)
    return {
      status: 409,
      body: {
        error: 'the notes have changed since they were shown; nothing was committed',
        hint: 'look again, with `callboard share` or on the page',
      },
    }
  for (const note of state.notes) state.committed.set(note.path, current(note).version)
  state.shared.push(body)
  return {
    body: { ...shareOf(state), files: plan.files, commit: 'f2a81c04d5e6f708192a3b4c5d6e7f8091a2b3c4' },
  }
}

export const ROUTES = [
  ['GET', /^\/api\/notes\/share$/, (state) => ({ body: shareOf(state) })],
  ['POST', /^\/api\/notes\/share$/, share],
  ['POST', /^\/api\/notes\/attachments$/, putText],
  ['GET', /^\/api\/notes$/, all],
  ['POST', /^\/api\/notes$/, create],
  ['PUT', /^\/api\/notes$/, edit],
  ['DELETE', /^\/api\/notes$/, remove],
  ['GET', /^\/api\/notes\/one$/, one],
  ['POST', /^\/api\/notes\/restore$/, restore],
  ['GET', /^\/api\/notes\/history$/, history],
  ['GET', /^\/api\/notes\/version$/, version],
  ['POST', /^\/api\/notes\/images$/, putImage],
  ['GET', /^\/api\/notes\/image$/, image],
]
