type Bag = Record<string, unknown>

const isBag = (value: unknown): value is Bag =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function same(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, i) => same(item, b[i]))
  }
  if (isBag(a) && isBag(b)) {
    const keys = Object.keys(a)
    return keys.length === Object.keys(b).length && keys.every((key) => key in b && same(a[key], b[key]))
  }
  return false
}

/**
 * Makes `target` equal to `next` by writing only what differs, so that only what reads a changed
 * field is rendered again.
 */
export function reconcile<T extends object>(target: T, next: T): void {
  const to = target as Bag
  const from = next as Bag
  for (const key of Object.keys(from)) {
    const old = to[key]
    const value = from[key]
    if (same(old, value)) continue
    if (isBag(old) && isBag(value)) reconcile(old, value)
    else to[key] = value
  }
  for (const key of Object.keys(to)) {
    if (!(key in from)) delete to[key]
  }
}
