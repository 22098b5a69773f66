/**
 * A ladder as a sequence diagram in the language of mermaid, which renders in Markdown:
 *
 * ```
 * %% plc-7, MQTT 5.0, stream 3, 10.0.0.21:50122 to 10.0.0.2:1883
 * sequenceDiagram
 *   participant c as plc-7
 *   participant b as broker
 *   c->>b: PUBLISH #35;17 q1 plant/7/temp 4 B
 *   b-->>c: PUBACK #35;17 (4.083 ms)
 *   Note over c,b: ... 1.80 s ...
 * ```
 *
 * The first line is a comment, so that diagrams one after another can be told apart. Requests have a full line, what answers them a dashed one.
 */
import { grouped } from '../../bytes/number-text.ts'
import { fittingWords } from '../fit.ts'
import { laneNames, trimmed, wayText, withPauses } from './ladder.ts'
import { causeText, KIND_NAMES, latencyText, lengthText } from './words.ts'
import type { ExchangePart, Label, Ladder, LadderRow, LadderTitle } from './ladder.ts'

/** Characters of one diagram: mermaid draws no more than this (its default maxTextSize). */
const MOST_CHARACTERS = 50_000
/** Columns of a label: wider, the lanes would be far apart. */
const MOST_LABEL = 60

/** Ends in a newline. Where it would be too long to be drawn, rows in the middle are left out. */
export function mermaidText({ title, rows }: Ladder, mostCharacters = MOST_CHARACTERS): string {
  const head = headText(title)
  let shown = withPauses(rows)
  for (;;) {
    const text = head + shown.map((row) => `  ${rowText(row, title)}\n`).join('')
    if (text.length <= mostCharacters || shown.length <= 3) return text
    shown = trimmed(shown, Math.floor((shown.length * mostCharacters) / text.length * 0.95))
  }
}

function headText(title: LadderTitle): string {
  const { client, protocol, stream, addresses, endsKnown } = title
  const comment = `${client}, ${protocol}, stream ${stream}, ${addresses[0]} ${endsKnown ? 'to' : 'and'} ${addresses[1]}`
  const [left, right] = laneNames(title)
  // A comment may hold anything but what begins a directive.
  return `%% ${comment.replaceAll(/[%{}]/g, '_')}\nsequenceDiagram\n  participant c as ${escaped(left)}\n  participant b as ${escaped(right)}\n`
}

function rowText(row: LadderRow, title: LadderTitle): string {
  switch (row.kind) {
    case 'packet': {
      const line = row.part?.answers === true ? '-->>' : '->>'
      const ends = row.by === 'client' ? `c${line}b` : `b${line}c`
      return `${ends}: ${row.mark === '' ? '' : `${row.mark} `}${escaped(labelText(row.label))}${inBrackets([...partTexts(row.part), row.remark])}`
    }
    case 'tcp': return `Note over ${row.by === 'client' ? 'c' : 'b'}: ${escaped(labelText(row.label))}${inBrackets([row.remark])}`
    case 'note': return noteText(`${row.mark === '' ? '' : `${row.mark} `}${row.text}`, [...partTexts(row.part), row.remark])
    case 'gap': return noteText(`${grouped(row.bytes)} ${row.bytes === 1 ? 'byte' : 'bytes'} missing from the capture, ${wayText(title, row.by)}`)
    case 'pause': return noteText(`... ${lengthText(row.length)} ...`)
    case 'left-out': return noteText(`... ${grouped(row.packets)} more packets ...`)
  }
}

function labelText({ text, details }: Label): string {
  return fittingWords(text, details, MOST_LABEL)
}

function noteText(text: string, remarks: readonly string[] = []): string {
  return `Note over c,b: ${escaped(text)}${inBrackets(remarks)}`
}

function partTexts(part: ExchangePart | null): string[] {
  if (part === null) return []
  const { kind, leg, cause, total, remark } = part
  return [
    leg === null ? '' : latencyText(leg), cause === null ? '' : causeText(cause.cause, cause.duration), total === null ? '' : `${KIND_NAMES[kind]} ${latencyText(total)}`, remark,
  ]
}

function inBrackets(texts: readonly string[]): string {
  const all = texts.filter((text) => text !== '').join(', ')
  return all === '' ? '' : ` (${escaped(all)})`
}

/**
 * Text that mermaid takes as it is: what may mean something in its grammar, in HTML, or in its directives stands as an entity code (`#59;`). Line breaks were
 * escaped when the text was made printable.
 */
function escaped(text: string): string {
  return text.replaceAll(/[^\w ./,()+=*!?~\u{80}-\u{10ffff}-]/gu, (character) => `#${character.codePointAt(0)};`)
}
