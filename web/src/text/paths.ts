/** A file's place in a text: `crates/api/src/lib.rs:41`. */
export interface PathPlace {
  path: string
  line: number | null
}

const PLACE = /^((?:~|\.{1,2})?\/?(?:[\w@.+-]+\/)*[\w@.+-]+)(?::(\d+))?(?::\d+)?$/
const EXTENSION = /\.[A-Za-z][A-Za-z0-9]{0,7}$/

/** The place that a piece of code names, if it names one. */
export function pathPlace(text: string): PathPlace | null {
  const match = PLACE.exec(text.trim())
  const path = match?.[1]
  if (!path || !/[A-Za-z]/.test(path)) return null
  // `a.b` may be a call and `and/or` a word: a path has a known look, a folder and an ending or a line.
  const folder = path.includes('/')
  const ending = EXTENSION.test(path)
  if (!(ending && (folder || match[2])) && !(folder && path.startsWith('/') && path.length > 4)) return null
  return { path, line: match[2] ? Number(match[2]) : null }
}

/** The end of a path that tells most, where room is short: `limits/bucket.rs`. */
export function shortPath(path: string): string {
  const parts = path.split('/').filter(Boolean)
  return parts.length <= 2 ? path : parts.slice(-2).join('/')
}

/** A path as read from `cwd`. */
export function relativePath(path: string, cwd: string | null): string {
  return cwd && path.startsWith(`${cwd}/`) ? path.slice(cwd.length + 1) : path
}
