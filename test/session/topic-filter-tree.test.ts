import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { topicMatches } from '../../src/mqtt/topics.ts'
import { TopicFilterTree } from '../../src/session/topic-filter-tree.ts'

class Named {
  slot = 0
  readonly filter: string
  constructor(filter: string) {
    this.filter = filter
  }
}

function treeOf(...filters: string[]): TopicFilterTree<Named> {
  const tree = new TopicFilterTree<Named>()
  for (const filter of filters) tree.add(filter, new Named(filter))
  return tree
}

const found = (tree: TopicFilterTree<Named>, name: string, most = 1_000) => tree.match(name, most)?.map(({ filter }) => filter).sort() ?? null

describe('matches', () => {
  test.each([
    ['a/b', ['#', '+/+', '+/b', 'a/#', 'a/+', 'a/b', 'a/b/#']],
    ['a', ['#', 'a/#']],
    ['a/b/c', ['#', 'a/#', 'a/b/#']],
    ['/a/b', ['#']],
    ['', ['#']],
    ['$SYS/a', ['$SYS/#']],
    ['$SYS', ['$SYS/#']],
  ])('%s', (name, expected) => {
    expect(found(treeOf('#', '+/+', '+/b', 'a/#', 'a/+', 'a/b', 'a/b/#', '$SYS/#', '+/a/c'), name)).toEqual(expected)
  })

  test('the same filter several times', () => {
    expect(found(treeOf('a', 'a', 'b'), 'a')).toEqual(['a', 'a'])
  })

  test('more than is wanted is none', () => {
    expect(found(treeOf('a', 'a', '#'), 'a', 2)).toBeNull()
    expect(found(treeOf('a', 'a', '#'), 'a', 3)).toHaveLength(3)
  })
})

const level = fc.constantFrom('', 'a', 'b', 'ab', '+', '#', '$x', 'a+', '#b')
const filter = fc.array(level, { minLength: 1, maxLength: 5 }).map((levels) => levels.join('/'))
const name = fc.array(fc.constantFrom('', 'a', 'b', 'ab', '$x', 'a+', '#b'), { minLength: 1, maxLength: 5 }).map((levels) => levels.join('/'))

test('any filters match as one by one', () => {
  fc.assert(fc.property(fc.array(filter, { maxLength: 30 }), fc.array(name, { minLength: 1, maxLength: 10 }), fc.array(fc.nat(29), { maxLength: 30 }), (filters, names, removed) => {
    const tree = new TopicFilterTree<Named>()
    const entries = filters.map((text) => new Named(text))
    for (const entry of entries) tree.add(entry.filter, entry)
    const gone = new Set(removed.flatMap((index) => entries[index] ?? []))
    for (const entry of gone) tree.remove(entry.filter, entry)
    const left = entries.filter((entry) => !gone.has(entry))
    for (const topic of names) expect(found(tree, topic)).toEqual(left.filter((entry) => topicMatches(entry.filter, topic)).map((entry) => entry.filter).sort())
    for (const entry of left) tree.remove(entry.filter, entry)
    for (const topic of names) expect(found(tree, topic)).toEqual([])
  }))
})

test('an entry that is not there is not removed', () => {
  const tree = treeOf('a')
  tree.remove('a', new Named('a'))
  tree.remove('a/b', new Named('a/b'))
  expect(found(tree, 'a')).toEqual(['a'])
})
