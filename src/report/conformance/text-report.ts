import stringWidth from 'string-width'
import { counted, grouped } from '../../bytes/number-text.ts'
import { printable } from '../../bytes/printable.ts'
import { CLOSE_REASONS } from '../../session/closing.ts'
import { EXCHANGE_KINDS } from '../../session/exchange.ts'
import { fitted } from '../fit.ts'
import { SEVERITY_MARK, severityColour } from '../colour.ts'
import { CLOSE_STYLES } from '../connection-line.ts'
import { CLOSE_NAMES } from '../connection-summary.ts'
import { KINDS, millisecondsText } from '../exchange-line.ts'
import { left } from '../padding.ts'
import { LABEL_WIDTH, SummaryLines } from '../summary.ts'
import { TABLE, tableText, type Column } from '../table.ts'
import { wireText } from '../wire-text.ts'
import { wrapped } from '../wrapped-text.ts'
import { qualityTexts } from './capture-quality.ts'
import {
  ClientNames, coverage, exercisedPercent, failedStatements, otherFindings, REASON_TEXTS, unjudged, unsureFindings, waivedFindings,
} from './digest.ts'
import { ReportTimes, TIMESTAMPS_TEXT } from './report-times.ts'
import type { Palette } from '../colour.ts'
import type { ReportChange, ReportFinding, ReportObject } from '../schema/report.ts'
import type { FailedStatement, FindingGroup } from './digest.ts'

/**
 * `mqtap report`: a page for people, 80 columns wide, the verdict first. What there is nothing to say about has no section. Everything from the wire is safe
 * for a terminal.
 */

export interface ReportTextOptions {
  readonly palette: Palette
  readonly utc: boolean
}

const { width: WIDTH } = TABLE
/** A page shows that many files, connections and further frames; the JSON has them all. */
const MOST_FILES = 8
const MOST_CONNECTIONS = 12
const MOST_FRAMES = 6

export function reportText(report: ReportObject, { palette, utc }: ReportTextOptions): string {
  const page = new Page(report, palette, utc)
  const sections = [
    page.verdict(), page.capture(), page.comparison(), page.failures(),
    page.groups('OTHER FINDINGS', otherFindings(report)),
    page.groups('UNSURE, NOT COUNTED', unsureFindings(report)),
    page.groups('WAIVED', waivedFindings(report)),
    page.connections(), page.timing(), page.coverage(), page.notJudged(),
  ]
  return sections.filter((section) => section !== '').join('\n')
}

class Page {
  readonly #report: ReportObject
  readonly #palette: Palette
  readonly #times: ReportTimes
  readonly #clients: ClientNames

  constructor(report: ReportObject, palette: Palette, utc: boolean) {
    this.#report = report
    this.#palette = palette
    this.#times = new ReportTimes(report, utc)
    this.#clients = new ClientNames(report)
  }

  verdict(): string {
    const { bold, reset, red, green, yellow } = this.#palette
    const { verdict, findings, waived, unsure } = this.#report.summary
    const [colour, word] = verdict === 'fail' ? [red, 'FAIL'] : verdict === 'pass' ? [green, 'PASS'] : [yellow, 'NOT JUDGED']
    const parts = (['error', 'warning', 'note'] as const).filter((severity) => findings[severity] > 0).map((severity) =>
      `${severityColour(this.#palette, severity)}${SEVERITY_MARK[severity]} ${counted(findings[severity], severity)}${reset}`)
    const some = [...(waived > 0 ? [`${grouped(waived)} waived`] : []), ...(unsure > 0 ? [`${grouped(unsure)} unsure`] : [])]
    const text = parts.length > 0 ? `${parts.join(', ')}${some.length > 0 ? ` (of these ${some.join(', ')})` : ''}` : verdict === 'pass' ? 'nothing found' : 'nothing was checked'
    return `${bold}${colour}${left(word, LABEL_WIDTH)}${reset}${text}\n`
  }

  capture(): string {
    const { capture, summary } = this.#report
    const { files, linkTypes, frames, frameBytes, first, last, streams, mqttStreams, timestamps } = capture
    const lines = new SummaryLines(this.#palette)
    for (const [index, { name, format }] of files.slice(0, MOST_FILES).entries()) {
      const shown = name === '-' ? 'standard input' : printable(name)
      lines.row(index > 0 ? '' : files.length === 1 ? 'File' : 'Files', `${shown}  ${format ?? 'no capture'}`)
    }
    if (files.length > MOST_FILES) lines.row('', `and ${grouped(files.length - MOST_FILES)} more`)
    lines.row('Frames', [`${grouped(frames)}, ${grouped(frameBytes)} bytes`, ...linkTypes].join(', '))
    if (first !== null && last !== null) {
      const length = this.#times.between(first, last) ?? 'the last frame is older than the first'
      lines.row('Time', `${this.#times.date(first)} to ${this.#times.date(last)} (${length})`)
      if (timestamps === 'arrival') lines.row('', TIMESTAMPS_TEXT.arrival)
    }
    lines.row('TCP streams', `${grouped(streams)}, of these with MQTT ${grouped(mqttStreams)}`)
    if (summary.packets === 0) lines.row('MQTT packets', `none in ${counted(frames, 'frame')}`)
    else {
      const malformed = summary.malformedPackets === 0 ? 'none malformed' : `${grouped(summary.malformedPackets)} malformed`
      lines.row('MQTT packets', `${grouped(summary.packets)}, ${malformed}, in ${counted(summary.exchanges, 'exchange')}`)
    }
    const quality = qualityTexts(this.#report)
    if (quality.length === 0 && frames > 0) lines.row('Missing', 'nothing')
    const { bold, reset } = this.#palette
    for (const [index, text] of quality.entries()) {
      const [line, ...more] = wrapped(text, ' '.repeat(LABEL_WIDTH), WIDTH)
      lines.line(index === 0 ? `${bold}${left('Missing', LABEL_WIDTH)}${reset}${line!.slice(LABEL_WIDTH)}` : line!)
      for (const rest of more) lines.line(rest)
    }
    return lines.text
  }

  failures(): string {
    const failed = failedStatements(this.#report)
    if (failed.length === 0) return ''
    return this.#section('FAILED STATEMENTS', failed.map((one) => this.#failure(one)).join('\n'))
  }

  #failure({ statement, asks, findings }: FailedStatement): string {
    const { version, id, side, checked, violated } = statement
    const severity = findings.some((finding) => finding.severity === 'error') || findings.length === 0 ? 'error' : 'warning'
    const often = checked >= violated ? `broken in ${grouped(violated)} of ${counted(checked, 'case')}` : `broken ${counted(violated, 'time')}`
    const lines = [...this.#head(severity, id, `MQTT ${version}, ${side}, ${often}`), ...wrapped(asks, '  ', WIDTH), ...this.#evidence(findings, violated - findings.length)]
    return `${lines.join('\n')}\n`
  }

  /** Findings that are listed by rule. */
  groups(title: string, groups: readonly FindingGroup[]): string {
    if (groups.length === 0) return ''
    return this.#section(title, groups.map((group) => this.#group(group)).join(''))
  }

  #group({ rule, findings, leftOut }: FindingGroup): string {
    const { severity, version, actor, statements, waived } = findings[0]!
    const of = [`${version === null ? '' : `MQTT ${version}, `}${actor}`, ...(statements.length > 0 ? [statements.join(', ')] : [])].join('; ')
    const number = findings.length + leftOut
    const lines = [
      ...this.#head(severity, rule, `${number > 1 ? `${counted(number, 'time')}  ` : ''}${of}`),
      ...this.#evidence(findings, leftOut, false),
      ...(waived === null ? [] : wrapped(`${printable(waived.reason)}${waived.until === null ? '' : ` (until ${waived.until})`}`, '  Waived: ', WIDTH)),
    ]
    return `${lines.join('\n')}\n`
  }

  /** The first one in full, and where the others are. */
  #evidence(findings: readonly ReportFinding[], leftOut: number, withRule = true): string[] {
    const [first, ...others] = findings
    if (first === undefined) return []
    const { dim, reset } = this.#palette
    const { time, frame, message, certainty, rule } = first
    const place = `frame ${frame}${time === null ? '' : `, ${this.#times.relative(time)} s`}, ${this.#clients.of(first)}`
    const doubt = certainty === 'certain' ? '' : ` (${certainty})`
    const lines = wrapped(`${place}: ${message}${doubt}${withRule ? ` [${rule}]` : ''}`, '    ', WIDTH)
    const more = others.length + Math.max(0, leftOut)
    if (more === 0) return lines
    const elsewhere = [...new Set(others.map((finding) => finding.frame))].filter((other) => other !== frame)
    const shown = elsewhere.slice(0, MOST_FRAMES)
    const rest = elsewhere.length > shown.length || leftOut > 0 ? ', …' : ''
    const frames = shown.length === 0 ? '' : `: ${shown.length === 1 ? 'frame' : 'frames'} ${shown.join(', ')}${rest}`
    return [...lines, `    ${dim}and ${grouped(more)} more${frames}${reset}`]
  }

  connections(): string {
    const { connections, connectionsLeftOut, summary } = this.#report
    if (connections.length === 0) return ''
    const counts = CLOSE_REASONS.map((reason) => ({ reason, number: connections.filter(({ closeReason }) => closeReason === reason).length })).filter(({ number }) => number > 0)
    const reasons = counts.map(({ reason, number }) => `${grouped(number)} ${CLOSE_NAMES[reason]}`).join(', ')
    const all = `${counted(summary.connections, 'connection')} of ${counted(summary.clients, 'client')}: ${reasons}`
    // Those with findings come first; then those that ended badly.
    const sorted = [...connections].sort((one, other) =>
      Number(other.findings > 0) - Number(one.findings > 0) || badness(other.closeReason) - badness(one.closeReason))
    const names = sorted.slice(0, MOST_CONNECTIONS).map((connection) => {
      const { clientId, client } = connection
      return { connection, name: fitted(clientId === null || clientId === '' ? client : wireText(clientId), WIDEST_CLIENT) }
    })
    const nameWidth = Math.max(...names.map(({ name }) => stringWidth(name)))
    const rows = names.map(({ connection: { version, closeReason, closeText, closeCertainty, findings, stream }, name }) => {
      const style = CLOSE_STYLES[closeReason]
      const found = findings > 0 ? `${counted(findings, 'finding')}; ` : ''
      const place = `${String(stream).padStart(5)}  ${name}${' '.repeat(nameWidth - stringWidth(name))}  ${left(version ?? '-', 5)}  `
      const text = `${found}${closeText}${closeCertainty === 'certain' ? '' : ` (${closeCertainty})`}`
      // What is nothing special is cut, so that the list stays one.
      const lines = style === null && findings === 0 ? [fitted(text, WIDTH - stringWidth(place))] : wrapped(text, '', WIDTH - stringWidth(place))
      const [why, ...rest] = lines.map((line) => (style === null ? line : `${this.#palette[style]}${line}${this.#palette.reset}`))
      return [`${place}${why}`, ...rest.map((line) => `${' '.repeat(stringWidth(place))}${line}`), ''].join('\n')
    })
    const more = connections.length - names.length + connectionsLeftOut
    return this.#section('CONNECTIONS', `${wrapped(all, '', WIDTH).join('\n')}\n${rows.join('')}${more > 0 ? `… ${grouped(more)} more\n` : ''}`)
  }

  timing(): string {
    const { timing } = this.#report
    const rows = EXCHANGE_KINDS.map((kind) => ({ kind, ...timing[kind] })).filter(({ answered, unanswered, partlySeen }) => answered + unanswered + partlySeen > 0)
    if (rows.length === 0) return ''
    return tableText(TIMING_COLUMNS, rows.map(({ kind, answered, failed, unanswered, minMs, p50Ms, p95Ms, maxMs }) => ({
      cells: [KINDS[kind].name, countText(answered), countText(failed), countText(unanswered), ...[minMs, p50Ms, p95Ms, maxMs].map(timeCell)],
    })), { ...TABLE, palette: this.#palette })
  }

  coverage(): string {
    const rows = coverage(this.#report)
    if (rows.length === 0) return ''
    return tableText(COVERAGE_COLUMNS, rows.map((row) => ({
      cells: [
        `MQTT ${row.version} ${row.side}`, grouped(row.all), `${exercisedPercent(row)}%`, countText(row.verdicts.pass), countText(row.verdicts.fail),
        countText(row.verdicts['not-judged']), countText(row.verdicts['not-exercised']), countText(row.verdicts.unobservable),
      ],
    })), { ...TABLE, palette: this.#palette })
  }

  notJudged(): string {
    const reasons = unjudged(this.#report)
    if (reasons.length === 0) return ''
    const lines = reasons.map(({ reason, cases, statements }) => `  ${REASON_TEXTS[reason]}: ${counted(cases, 'case')} of ${counted(statements, 'statement')}\n`)
    return this.#section('NOT JUDGED', lines.join(''))
  }

  comparison(): string {
    const { comparison } = this.#report
    if (comparison === null) return ''
    const { red, green } = this.#palette
    const all = `${grouped(comparison.new.length)} new, ${grouped(comparison.fixed.length)} fixed, ${counted(comparison.unchanged, 'finding')} unchanged\n`
    return this.#section('AGAINST THE EARLIER REPORT', [
      all, ...comparison.new.map((change) => this.#change('new', red, change)), ...comparison.fixed.map((change) => this.#change('fixed', green, change)),
    ].join(''))
  }

  #change(mark: string, colour: string, { rule, version, actor, clientId, before, now, exercised }: ReportChange): string {
    const who = `${actor}${clientId === null || clientId === '' ? '' : ` ${fitted(wireText(clientId), WIDEST_CLIENT)}`}`
    const doubt = now === 0 && exercised === false ? '; it did not come up this time' : ''
    const text = `${rule}  ${version === null ? '' : `MQTT ${version} `}${who}: ${grouped(now)}, before ${grouped(before)}${doubt}`
    const [line, ...more] = wrapped(text, ' '.repeat(CHANGE_WIDTH), WIDTH)
    return [`${colour}${left(mark, CHANGE_WIDTH)}${this.#palette.reset}${line!.slice(CHANGE_WIDTH)}`, ...more, ''].join('\n')
  }

  /** A mark, a name, and what is said of it. */
  #head(severity: ReportFinding['severity'], name: string, text: string): string[] {
    const { bold, reset } = this.#palette
    const [line, ...more] = wrapped(`${name}  ${text}`, '  ', WIDTH)
    const mark = `${severityColour(this.#palette, severity)}${SEVERITY_MARK[severity]}${reset}`
    return [`${mark} ${bold}${name}${reset}${line!.slice(2 + name.length)}`, ...more]
  }

  #section(title: string, body: string): string {
    return `${this.#palette.bold}${title}${this.#palette.reset}\n${body}`
  }
}

const WIDEST_CLIENT = 23
const CHANGE_WIDTH = 'fixed  '.length

/** Red before yellow; what is nothing special, or not known, last. */
function badness(reason: keyof typeof CLOSE_STYLES): number {
  const style = CLOSE_STYLES[reason]
  return style === 'red' ? 2 : style === 'yellow' ? 1 : 0
}

const TIMING_COLUMNS: readonly Column[] = [
  { name: 'EXCHANGE', align: 'left' }, ...['ANSWERED', 'FAILED', 'NO ANSWER', 'MIN MS', 'P50', 'P95', 'MAX'].map((name): Column => ({ name, align: 'right' })),
]

const COVERAGE_COLUMNS: readonly Column[] = [
  { name: 'STATEMENTS', align: 'left' },
  ...['ALL', 'EXERCISED', 'PASS', 'FAIL', 'NOT JUDGED', 'NOT EXERCISED', 'UNOBSERVABLE'].map((name): Column => ({ name, align: 'right' })),
]

function countText(count: number): string {
  return count === 0 ? '-' : grouped(count)
}

function timeCell(milliseconds: number | null): string {
  return milliseconds === null ? '-' : millisecondsText(milliseconds * 1e6)
}
