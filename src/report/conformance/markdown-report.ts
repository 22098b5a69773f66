import { counted, grouped } from '../../bytes/number-text.ts'
import { cut, printable } from '../../bytes/printable.ts'
import { EXCHANGE_KINDS } from '../../session/exchange.ts'
import { KINDS, millisecondsText } from '../exchange-line.ts'
import { wireText } from '../wire-text.ts'
import { qualityTexts } from './capture-quality.ts'
import {
  ClientNames, coverage, exercisedPercent, failedStatements, otherFindings, REASON_TEXTS, unjudged, unsureFindings, waivedFindings,
} from './digest.ts'
import { ReportTimes, TIMESTAMPS_TEXT } from './report-times.ts'
import type { ReportChange, ReportFinding, ReportObject } from '../schema/report.ts'
import type { FailedStatement, FindingGroup } from './digest.ts'

/**
 * `-f markdown`: for an issue or a pull request, whose size is limited; so lists are cut until it fits, and say what is left out.
 *
 * Text from the wire stands only in code spans, where nothing is read as Markdown, and nobody is mentioned.
 */

/** GitHub takes 65,536 characters of a comment; there should be room for some words around the report. */
const MOST_BYTES = 60_000
/** Entries of each list, tried one after the other. */
const LENGTHS = [100, 50, 25, 12, 6, 3, 1]

export function reportMarkdown(report: ReportObject): string {
  let text = ''
  for (const entries of LENGTHS) {
    text = new MarkdownReport(report, entries).text
    if (Buffer.byteLength(text) < MOST_BYTES) break
  }
  return text
}

const VERDICTS = { pass: '✅ Pass', fail: '❌ Fail', 'not-judged': '❔ Not judged' } as const
const SEVERITY_SIGNS = { error: '❌', warning: '⚠️', note: 'ℹ️' } as const

const MOST_NAME = 64
const MOST_MESSAGE = 300
const MOST_FILES = 5

class MarkdownReport {
  readonly #report: ReportObject
  readonly #entries: number
  readonly #times: ReportTimes
  readonly #clients: ClientNames

  constructor(report: ReportObject, entries: number) {
    this.#report = report
    this.#entries = entries
    this.#times = new ReportTimes(report, true)
    this.#clients = new ClientNames(report)
  }

  get text(): string {
    const sections = [
      this.#head(), this.#comparison(), this.#failures(),
      this.#groups('Other findings', otherFindings(this.#report)),
      this.#groups('Unsure, not counted', unsureFindings(this.#report)),
      this.#groups('Waived', waivedFindings(this.#report)),
      this.#coverage(), this.#notJudged(), this.#timing(),
    ]
    return `${sections.filter((section) => section !== '').join('\n')}`
  }

  #head(): string {
    const { capture, summary, tool } = this.#report
    const { verdict, findings, waived, unsure } = summary
    const parts = (['error', 'warning', 'note'] as const).filter((severity) => findings[severity] > 0).map((severity) => counted(findings[severity], severity))
    const some = [...(waived > 0 ? [`${grouped(waived)} waived`] : []), ...(unsure > 0 ? [`${grouped(unsure)} unsure`] : [])]
    const found = parts.length === 0 ? '' : `: ${parts.join(', ')}${some.length > 0 ? ` (of these ${some.join(', ')})` : ''}`
    const files = capture.files.slice(0, MOST_FILES).map(({ name }) => code(name === '-' ? 'standard input' : printable(name, MOST_NAME)))
    if (capture.files.length > MOST_FILES) files.push(`and ${grouped(capture.files.length - MOST_FILES)} more`)
    const length = this.#times.between(capture.first, capture.last)
    const quality = this.#list(qualityTexts(this.#report), (text) => `- ${code(printable(text, MOST_MESSAGE))}`)
    return [
      `## MQTT conformance: ${VERDICTS[verdict]}${found}`,
      '',
      `${files.join(', ')}: ${counted(summary.packets, 'MQTT packet')} in ${counted(capture.frames, 'frame')}${length === null ? '' : `, ${length}`}${capture.timestamps === 'arrival' ? `, ${TIMESTAMPS_TEXT.arrival}` : ''}; `
        + `${counted(summary.connections, 'connection')} of ${counted(summary.clients, 'client')}, ${counted(summary.exchanges, 'exchange')}; `
        + `${summary.malformedPackets === 0 ? 'no' : grouped(summary.malformedPackets)} malformed ${summary.malformedPackets === 1 ? 'packet' : 'packets'}. (mqtap ${tool.version})`,
      ...(quality.length === 0 ? [] : ['', 'What the capture lacks:', '', ...quality]),
      '',
    ].join('\n')
  }

  #failures(): string {
    const failed = failedStatements(this.#report)
    if (failed.length === 0) return ''
    return section('Failed statements', this.#list(failed, (one) => this.#failure(one)))
  }

  #failure({ statement: { version, id, side, checked, violated }, asks, findings }: FailedStatement): string {
    const often = checked >= violated ? `${grouped(violated)} of ${counted(checked, 'case')}` : counted(violated, 'time')
    const sign = SEVERITY_SIGNS[findings.length > 0 && findings.every(({ severity }) => severity === 'warning') ? 'warning' : 'error']
    return [`- ${sign} **${id}** (MQTT ${version}, ${side}; ${often}): ${plain(asks)}`, ...this.#evidence(findings, violated - findings.length)].join('\n')
  }

  #groups(title: string, groups: readonly FindingGroup[]): string {
    if (groups.length === 0) return ''
    return section(title, this.#list(groups, ({ rule, findings, leftOut }) => {
      const { severity, version, actor, waived } = findings[0]!
      const number = findings.length + leftOut
      const why = waived === null ? [] : [`  Waived${waived.until === null ? '' : ` until ${waived.until}`}: ${code(printable(waived.reason, MOST_MESSAGE))}`]
      return [
        `- ${SEVERITY_SIGNS[severity]} ${code(rule)} (${version === null ? '' : `MQTT ${version}, `}${actor}${number > 1 ? `; ${counted(number, 'time')}` : ''})`,
        ...this.#evidence(findings, leftOut), ...why,
      ].join('\n')
    }))
  }

  #evidence(findings: readonly ReportFinding[], leftOut: number): string[] {
    const [first] = findings
    if (first === undefined) return []
    const { frame, time, message, certainty } = first
    const more = findings.length - 1 + Math.max(0, leftOut)
    const place = `frame ${frame}${time === null ? '' : `, ${this.#times.relative(time)} s`}`
    const doubt = certainty === 'certain' ? '' : ` (${certainty})`
    const others = more === 0 ? '' : `, and ${grouped(more)} more`
    return [`  ${place}, ${code(shortened(this.#clients.of(first), MOST_NAME))}: ${code(printable(message, MOST_MESSAGE))}${doubt}${others}`]
  }

  #coverage(): string {
    const rows = coverage(this.#report)
    if (rows.length === 0) return ''
    return section('Coverage', [
      '| Statements of | all | exercised | pass | fail | not judged | not exercised | unobservable |',
      '|---|--:|--:|--:|--:|--:|--:|--:|',
      ...rows.map((row) => {
        const { version, side, all, verdicts } = row
        return `| MQTT ${version} ${side} | ${all} | ${exercisedPercent(row)} % | ${verdicts.pass} | ${verdicts.fail} | ${verdicts['not-judged']} | ${verdicts['not-exercised']} | ${verdicts.unobservable} |`
      }),
    ])
  }

  #notJudged(): string {
    const reasons = unjudged(this.#report)
    if (reasons.length === 0) return ''
    return section('Not judged', reasons.map(({ reason, cases, statements }) =>
      `- ${REASON_TEXTS[reason]}: ${counted(cases, 'case')} of ${counted(statements, 'statement')}`))
  }

  #timing(): string {
    const { timing } = this.#report
    const rows = EXCHANGE_KINDS.map((kind) => ({ kind, ...timing[kind] })).filter(({ answered, unanswered }) => answered + unanswered > 0)
    if (rows.length === 0) return ''
    return section('Timing', [
      '| Exchange | answered | no answer | p50 ms | p95 ms | max ms |', '|---|--:|--:|--:|--:|--:|',
      ...rows.map(({ kind, answered, unanswered, p50Ms, p95Ms, maxMs }) =>
        `| ${KINDS[kind].name} | ${grouped(answered)} | ${grouped(unanswered)} | ${[p50Ms, p95Ms, maxMs].map(timeCell).join(' | ')} |`),
    ])
  }

  #comparison(): string {
    const { comparison } = this.#report
    if (comparison === null) return ''
    const { new: added, fixed, unchanged } = comparison
    return section('Against the earlier report', [
      `${grouped(added.length)} new, ${grouped(fixed.length)} fixed, ${counted(unchanged, 'finding')} unchanged.`, '',
      ...this.#list(added, (change) => `- new: ${changeText(change)}`), ...this.#list(fixed, (change) => `- fixed: ${changeText(change)}`),
    ])
  }

  /** The first entries, and how many more there are. */
  #list<Item>(items: readonly Item[], textOf: (item: Item) => string): string[] {
    const more = items.length - this.#entries
    return [...items.slice(0, this.#entries).map(textOf), ...(more > 0 ? [`- … and ${grouped(more)} more`] : [])]
  }
}

function section(title: string, lines: readonly string[]): string {
  return `### ${title}\n\n${lines.join('\n').trimEnd()}\n`
}

function changeText({ rule, version, actor, clientId, before, now, exercised }: ReportChange): string {
  const who = clientId === null || clientId === '' ? actor : `${actor} ${code(shortened(wireText(clientId), MOST_NAME))}`
  return `${code(rule)} (${version === null ? '' : `MQTT ${version}, `}${who}): ${grouped(now)}, before ${grouped(before)}${now === 0 && exercised === false ? '; it did not come up this time' : ''}`
}

/**
 * A code span (CommonMark §6.1) of printable text, which has no line breaks: its fence is longer than any run of backticks inside. A pipe would end the cell of a
 * table even here, so it is escaped as `printable` does.
 */
function code(text: string): string {
  const safe = text.replaceAll('|', '\\x7c')
  const longest = Math.max(0, ...[...safe.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  const pad = safe === '' || /^[` ]|[` ]$/.test(safe) ? ' ' : ''
  return `${fence}${pad}${safe}${pad}${fence}`
}

/** Words of ours, in which only a few characters mean something to Markdown. */
function plain(text: string): string {
  return text.replace(/[\\`*_[\]<>#@|~]/g, '\\$&')
}

function shortened(text: string, length: number): string {
  return text.length > length ? cut(text, length) : text
}

function timeCell(milliseconds: number | null): string {
  return milliseconds === null ? '-' : millisecondsText(milliseconds * 1e6)
}
