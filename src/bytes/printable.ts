/**
 * Wire text made safe to show on a terminal, in a text report and in Markdown.
 *
 * What comes out holds no character that moves a cursor, starts an escape sequence, turns the writing direction, or shows as nothing.
 * Such a character stands as `\xNN` (below U+0100) or `\u{…}` (above). Nothing is dropped, so two different texts never look the same for want of an
 * escape. It is not an encoding for machines: JSON and the like hold the exact text.
 *
 * A backslash stays as it is (Windows paths, regular expressions and JSON in payloads stay readable), except where what follows would make it read
 * as an escape of ours: there the run of backslashes is doubled. So an escape is an odd run of backslashes before `xNN` or `u{…}`, and nothing else is.
 */

/** Anything but plain ASCII, and the backslash: nearly all topics and identifiers have neither. */
const WORTH_A_LOOK = /[^\x20-\x5b\x5d-\x7e]/

/**
 * - Cc: C0 and C1 controls, ESC, DEL · Cs: a lone surrogate · Zl, Zp: line and paragraph separator
 * - Bidi_Control: marks, embeddings, overrides, isolates · Noncharacter_Code_Point
 * - Default_Ignorable_Code_Point: zero width characters, byte order mark, tags, invisible operators and fillers, variation selectors. Joiners within
 *   an emoji too: terminals differ in the width of what they join. A variation selector right after a pictograph only chooses its style, and stays.
 * - FFF9..FFFB: interlinear annotation, which hides text where it is supported
 */
const UNSAFE = String.raw`[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Noncharacter_Code_Point}\u{fff9}-\u{fffb}]|(?!(?<=\p{Extended_Pictographic})[\ufe0e\ufe0f])\p{Default_Ignorable_Code_Point}`

/** A whole run of backslashes (or none) before something that is escaped, or that would read as an escape. */
let escaped: RegExp | null = null
let unsafe: RegExp | null = null

/** Made when it is first needed, from text: its character classes take a while even to be read. */
function escapedParts(): RegExp {
  return (escaped ??= new RegExp(String.raw`(?<!\\)(\\*)(?:(${UNSAFE})|(?<=\\)(?=x[0-9a-fA-F]{2}|u\{))`, 'gu'))
}

/** One of our escapes with its run of backslashes, in escaped text. */
const ESCAPE = /(?<!\\)\\+(?:x[0-9a-fA-F]{2}|u\{(?:[0-9a-f]{1,6}\})?)/g

/**
 * `text` with every unsafe character escaped, and at most `maxLength` UTF-16 units long: where it would be longer it is cut before a whole
 * character (as a reader sees it) or escape, and ends in `…`.
 */
export function printable(text: string, maxLength = Infinity): string {
  // Escaping never shortens, so what lies far beyond the cut need not be looked at. The margin lets the character at the cut be seen whole.
  const considered = text.length > maxLength + MARGIN ? text.slice(0, maxLength + MARGIN) : text
  const escaped = WORTH_A_LOOK.test(considered) ? escape(considered) : considered
  return escaped.length > maxLength ? cut(escaped, maxLength) : escaped
}

/** Whether `text` holds no unsafe character: what `printable` has made, and most else. */
export function isPrintable(text: string): boolean {
  return !WORTH_A_LOOK.test(text) || !(unsafe ??= new RegExp(UNSAFE, 'u')).test(text)
}

/** Units looked at beyond the cut: longer than any sequence that readers see as one character, emoji families included. */
const MARGIN = 64

function escape(text: string): string {
  return text.replace(escapedParts(), (_match, backslashes: string, unsafe: string | undefined) =>
    backslashes + backslashes + (unsafe === undefined ? '' : escapeOf(unsafe.codePointAt(0)!)))
}

function escapeOf(codePoint: number): string {
  return codePoint < 0x100 ? `\\x${codePoint.toString(16).padStart(2, '0')}` : `\\u{${codePoint.toString(16)}}`
}

let graphemes: Intl.Segmenter | null = null

/** Text that `printable` has made (or some of it, put together) cut as `printable` cuts, to fewer UTF-16 units than it has. */
export function cut(escaped: string, maxLength: number): string {
  if (maxLength < 1) return ''
  let at = Math.floor(maxLength) - 1
  for (const match of escaped.matchAll(ESCAPE)) {
    if (match.index >= at) break
    if (match.index + match[0].length > at) at = match.index
  }
  graphemes ??= new Intl.Segmenter('en', { granularity: 'grapheme' })
  return `${escaped.slice(0, graphemes.segment(escaped).containing(at)?.index ?? 0)}…`
}
