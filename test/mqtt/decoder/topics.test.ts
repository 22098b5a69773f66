import { describe, expect, it } from 'vitest'
import { sharedFilter, topicMatches } from '../../../src/mqtt/topics.ts'

describe('a topic filter and a topic name', () => {
  it.each([
    ['the same', 'a/b', 'a/b', true],
    ['another case', 'a/b', 'a/B', false],
    ['a longer name', 'a/b', 'a/b/c', false],
    ['a shorter name', 'a/b/c', 'a/b', false],
    ['a name that only begins alike', 'a/b', 'a/bc', false],
    ['a level that only begins alike', 'a/bc', 'a/b', false],
    ['# alone', '#', 'a/b/c', true],
    ['# below', 'a/#', 'a/b/c', true],
    ['# includes its parent', 'a/#', 'a', true],
    ['# does not include its parent\'s neighbour', 'a/#', 'ab', false],
    ['# includes an empty level', 'a/#', 'a/', true],
    ['+ is one level', 'a/+', 'a/b', true],
    ['+ is not two levels', 'a/+', 'a/b/c', false],
    ['+ is not no level', 'a/+', 'a', false],
    ['+ may be an empty level', 'a/+', 'a/', true],
    ['+ first', '+/b', 'a/b', true],
    ['+ in the middle', 'a/+/c', 'a/b/c', true],
    ['+ and #', '+/b/#', 'a/b/c/d', true],
    ['+ and a leading slash', '+', '/a', false],
    ['two + and a leading slash', '+/+', '/a', true],
    ['a slash and +', '/+', '/a', true],
    ['a slash at the end is a level', 'a', 'a/', false],
    ['# does not match $', '#', '$SYS/a', false],
    ['+ does not match $', '+/a', '$SYS/a', false],
    ['$ spelled out', '$SYS/#', '$SYS/a', true],
    ['$ in a later level', 'a/+', 'a/$b', true],
    ['a misplaced + is a character', 'a+', 'ab', false],
    ['a misplaced # is a character', 'a#', 'abc', false],
    ['# before the end is a character', '#/a', 'b/a', false],
    ['no normalisation', 'caf\u00e9', 'cafe\u0301', false],
    ['a wildcard in the name is a character', 'a/b', 'a/+', false],
  ])('%s', (_situation, filter, name, expected) => {
    expect(topicMatches(filter, name)).toBe(expected)
  })

  it('takes time in proportion to its input', () => {
    const levels = 'a/'.repeat(30_000)
    expect(topicMatches(`${'+/'.repeat(30_000)}#`, `${levels}b`)).toBe(true)
    expect(topicMatches(`${'+/'.repeat(30_000)}c`, `${levels}b`)).toBe(false)
  })
})

describe('a shared subscription', () => {
  it.each([
    ['$share/group/a/b', { shareName: 'group', filter: 'a/b' }],
    ['$share/group//a', { shareName: 'group', filter: '/a' }],
    ['$share/group/', { shareName: 'group', filter: '' }],
    ['$share/group', { shareName: 'group', filter: undefined }],
    ['$share//a', { shareName: '', filter: 'a' }],
    ['$share/', { shareName: '', filter: undefined }],
    ['$share', null],
    ['$SHARE/group/a', null],
    ['a/$share/group/b', null],
  ])('%s', (filter, expected) => {
    expect(sharedFilter(filter)).toEqual(expected)
  })
})
