/** Arbitraries for text that the standards allow without reserve, and for topics and filters made of it. */
import fc from 'fast-check'

/** No control characters, surrogates or non-characters (MQTT 5.0 §1.5.4): legal, or discouraged, but never without a word. */
function isEncouraged(codePoint: number): boolean {
  return (
    codePoint >= 0x20 &&
    !(codePoint >= 0x7f && codePoint <= 0x9f) &&
    !(codePoint >= 0xd800 && codePoint <= 0xdfff) &&
    !(codePoint >= 0xfdd0 && codePoint <= 0xfdef) &&
    (codePoint & 0xfffe) !== 0xfffe
  )
}

/** Characters of one to four bytes, those at the edges of each length and around the surrogates among them. */
const character = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0x20, max: 0x7e }) },
  { weight: 2, arbitrary: fc.constantFrom(0x24, 0xa0, 0xe9, 0x7ff, 0x800, 0x20ac, 0xd7ff, 0xe000, 0xfeff, 0xfffd, 0x10000, 0x1f600, 0x10fffd) },
  { weight: 1, arbitrary: fc.integer({ min: 0xa0, max: 0x10fffd }).filter(isEncouraged) },
).map((codePoint) => String.fromCodePoint(codePoint))

export function text(options: { minLength?: number; maxLength?: number } = {}): fc.Arbitrary<string> {
  return fc.string({ unit: character, maxLength: 24, ...options })
}

export const asciiText = fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)), maxLength: 24 })

export const someBytes = fc.uint8Array({ maxLength: 40 })

/** One level of a topic: no separator, no wildcard; may be empty (`a//b`). */
const level = fc.string({ unit: character.filter((one) => !'/+#'.includes(one)), maxLength: 8 })

/** What PUBLISH may name, except topics that begin with `$share/`, which look like a mistake. */
export const topicName = fc
  .array(level, { minLength: 1, maxLength: 5 })
  .map((levels) => levels.join('/'))
  .filter((topic) => topic.length > 0 && !topic.startsWith('$share/'))

/** A topic that an ordinary `#` matches too (MQTT 5.0 §4.7.2). */
export const plainTopicName = topicName.filter((topic) => !topic.startsWith('$'))

const filterLevels = fc
  .tuple(fc.array(fc.oneof({ weight: 3, arbitrary: level }, { weight: 1, arbitrary: fc.constant('+') }), { maxLength: 4 }), level, fc.constantFrom('', '#'))
  .map(([levels, last, wildcard]) => [...levels, wildcard === '' ? last : wildcard].join('/'))
  .filter((filter) => filter.length > 0)

/** Any legal filter but a shared one. */
export const ordinaryTopicFilter = filterLevels.filter((filter) => !filter.startsWith('$share/'))

/** MQTT 5.0 §4.8.2: `$share/name/filter`. */
export const sharedTopicFilter = fc.tuple(level.filter((name) => name.length > 0), filterLevels).map(([name, filter]) => `$share/${name}/${filter}`)
