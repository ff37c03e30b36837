import { expect, test } from 'vitest'
import { pathPlace, relativePath, shortPath } from './paths'

test('code that names a file leads to it', () => {
  expect(pathPlace('src/lib.rs')).toEqual({ path: 'src/lib.rs', line: null })
  expect(pathPlace('src/lib.rs:41:7')).toEqual({ path: 'src/lib.rs', line: 41 })
  expect(pathPlace('lib.rs:3')).toEqual({ path: 'lib.rs', line: 3 })
  expect(pathPlace('/home/lea/src')).toEqual({ path: '/home/lea/src', line: null })
})

test('other code does not', () => {
  for (const text of ['and/or', 'a.b', 'Vec::new()', 'cargo test', '429', '1/2', 'x == y', '']) {
    expect(pathPlace(text), text).toBeNull()
  }
})

test('paths are shortened to what tells most', () => {
  expect(shortPath('crates/api/src/limits/bucket.rs')).toBe('limits/bucket.rs')
  expect(shortPath('Cargo.toml')).toBe('Cargo.toml')
  expect(relativePath('/home/lea/src/a.rs', '/home/lea')).toBe('src/a.rs')
  expect(relativePath('/tmp/a.rs', '/home/lea')).toBe('/tmp/a.rs')
})
