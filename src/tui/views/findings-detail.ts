/**
 * What is known of a finding, in lines that fit: who and where, the sentence, the frames that show it, and what the standard asks.
 *
 * ```
 * plc-7  packet 4188  12.514990  certain  error  publish.identifier-in-use
 * PUBLISH #17 came again…
 * Evidence    4170 PUBLISH #17 -> 4171 PUBACK #17
 * Asked       the statement's id (5.0 §2.2.1): each time a client sends…
 * Who         client
 * How         …
 *
 * Not judged: 12 statements need facts that this capture does not hold
 *   …
 * ```
 */
import { counted } from '../../bytes/number-text.ts'
import { printable } from '../../bytes/printable.ts'
import { findStatement } from '../../conformance/catalogue.ts'
import { REASON_TEXTS } from '../../report/conformance/digest.ts'
import { needsOf } from '../../report/rules/rule-book.ts'
import { wrapped } from '../../report/wrapped-text.ts'
import { fitted } from '../../report/fit.ts'
import { bookRule, clientCellName } from '../model/finding-names.ts'
import type { Finding } from '../../conformance/finding.ts'
import type { Version } from '../../mqtt/version.ts'
import type { NotJudgedStatement } from '../model/finding-list.ts'
import type { FindingRow } from './findings-state.ts'

export interface FindingDetailOptions {
  readonly width: number
  readonly timeText: (time: number, previous: number) => string
  /** The number and the label of the packet of a finding's connection that a frame completed, `4170 PUBLISH #17`; the empty text where there is none. */
  readonly describeFrame?: ((frame: number, finding: Finding) => string) | undefined
  /** Statements that came up and could not be judged; null while that is not known. */
  readonly notJudged: readonly NotJudgedStatement[] | null
}

const LABEL = 12
/** Frames of the evidence that are named. */
const MOST_FRAMES = 12

export function findingDetail(row: FindingRow | null, { width, timeText, describeFrame, notJudged }: FindingDetailOptions): string[] {
  const said = notJudged === null ? [] : ['', ...wrapped(notJudgedText(notJudged), '', width), ...notJudged.flatMap((statement) => wrapped(whyNotText(statement), '  ', width))]
  if (row === null) return said.slice(1).map((line) => fitted(line, width))
  const { group, one } = row
  const { finding } = one ?? group.findings[0]!
  const { packet, frame, time, certainty, severity, rule, message, waived, version, statements } = finding
  const labelled = (label: string, text: string) => wrapped(text, label.padEnd(LABEL), width)
  return [
    ...(one === null && group.count > 1 ? [`The first of ${counted(group.count, 'finding')}${group.count > group.findings.length ? `, of which ${counted(group.findings.length, 'is', 'are')} kept` : ''}:`] : []),
    ...wrapped([
      clientCellName(finding), packet === null ? `frame ${frame}` : `packet ${packet}`, timeText(time, NaN), certainty, severity, rule,
    ].join('  '), '', width),
    ...wrapped(message, '', width),
    ...(waived === null ? [] : labelled('Waived', `${printable(waived.reason)}${waived.until === null ? '' : `, until ${waived.until}`}`)),
    ...labelled('Evidence', evidenceText(finding, describeFrame)),
    ...askedLines(version, statements, labelled),
    ...judgedLines(rule, labelled),
    ...said,
  ].map((line) => fitted(line.trimEnd(), width))
}

export function notJudgedText({ length }: readonly NotJudgedStatement[]): string {
  return length === 0 ? 'Every statement that came up could be judged' : `Not judged: ${counted(length, 'statement needs', 'statements need')} facts that this capture does not hold`
}

function whyNotText({ version, id, reason }: NotJudgedStatement): string {
  return `${id} (${version}${sectionText(findStatement(version, id)?.section ?? null)})${reason === null ? '' : `: ${REASON_TEXTS[reason]}`}`
}

function evidenceText(finding: Finding, describeFrame: FindingDetailOptions['describeFrame']): string {
  const { evidence } = finding
  const shown = evidence.length <= MOST_FRAMES ? evidence : [...evidence.slice(0, MOST_FRAMES - 1), evidence[evidence.length - 1]!]
  const texts = shown.map((frame) => {
    const label = describeFrame?.(frame, finding) ?? ''
    return label === '' ? `frame ${frame}` : label
  })
  if (shown.length < evidence.length) texts.splice(-1, 0, `${evidence.length - shown.length} more`)
  return texts.join(' -> ')
}

const WHO = { client: 'client', server: 'server', both: 'client and server' } as const

function askedLines(version: Version | null, statements: readonly string[], labelled: (label: string, text: string) => string[]): string[] {
  const found = version === null ? [] : statements.flatMap((id) => findStatement(version, id) ?? [])
  if (found.length === 0) return labelled('Asked', 'by no numbered statement')
  return found.flatMap(({ id, section, statement, actor, how }) => [
    ...labelled('Asked', `${id} (${version}${sectionText(section)}): ${statement}`),
    ...labelled('Who', WHO[actor]),
    ...labelled('How', how),
  ])
}

function sectionText(section: string | null): string {
  return section === null ? '' : /^\d/.test(section) ? ` §${section}` : `, ${section}`
}

function judgedLines(id: string, labelled: (label: string, text: string) => string[]): string[] {
  const rule = bookRule(id)
  if (rule === undefined) return []
  const needs = rule.rule === null ? [] : needsOf(rule.rule)
  return [
    ...labelled('Rule', `${id}: ${rule.title}`),
    ...(rule.rule === null ? labelled('Judged', 'from one packet, by the decoder') : needs.length === 0 ? [] : labelled('Needs', `of the connection, the capture must show ${needs.join(', ')}`)),
  ]
}
