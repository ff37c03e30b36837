import { expect, test } from 'vitest'
import { endingOf, shownImage } from './attach'

test('a mail is known by its headers', () => {
  expect(endingOf('From: lea@example.com\nTo: us\n\nHello')).toBe('eml')
  expect(endingOf('\nReceived: by mx\n from there\nSubject: Ids\n\nHello')).toBe('eml')
  expect(endingOf('From: here on it is text')).toBe('txt')
  expect(endingOf('Ticket 4711\nIds have letters')).toBe('txt')
})

test('an image is named from where its note lies', () => {
  expect(shownImage('.callboard/notes/plan.md', 'images/a.png', 'Mock [up].png')).toBe(
    '![Mock up](images/a.png)',
  )
  expect(shownImage('.callboard/decisions/D1-x.md', 'images/a.png', '')).toBe('![](../notes/images/a.png)')
})
