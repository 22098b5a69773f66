import { printable } from '../../bytes/printable.ts'
import { SEVERITY_MARK, severityColour } from '../colour.ts'
import { left } from '../padding.ts'
import { LABEL_WIDTH } from '../summary.ts'
import { TABLE } from '../table.ts'
import { wrapped } from '../wrapped-text.ts'
import { VERSIONS } from '../../mqtt/version.ts'
import { bestExample, type Example } from './examples.ts'
import { evidenceRules, needsOf, worstSeverity, type BookRule, type BookStatement, type RuleBook } from './rule-book.ts'
import type { Observable } from '../../conformance/catalogue.ts'
import type { Palette } from '../colour.ts'

/** `mqtap rules` as text: a list, one line for each statement and for each rule without one; or all about a statement or a rule, with examples. */

const { width: WIDTH } = TABLE

const SCOPES: Readonly<Record<Observable, string>> = {
  packet: 'one packet', connection: 'one connection', session: "a client's Session, over several connections", 'cross-connection': 'several connections', no: 'no capture can tell',
}

const WHO = { client: 'client', server: 'server', both: 'client and server' } as const

/** One line for each statement; what is behind its id does not need to be read in 80 columns. */
export function rulesList({ statements, rules }: RuleBook, palette: Palette): string {
  const { bold, reset } = palette
  const idWidth = Math.max(0, ...statements.map(({ id }) => id.length))
  const lines = statements.map(({ version, id, section, actor, observable, judgedBy }) =>
    `${left(version, 5)}  ${left(id, idWidth)}  ${left(section ?? '-', 10)}  ${left(actor, 6)}  ${left(observable, 16)}  ${judgedBy.map((rule) => rule.id).join(', ')}`.trimEnd())
  const unnumbered = rules.filter((rule) => Object.keys(rule.statements).length === 0)
  const ruleWidth = Math.max(0, ...unnumbered.map(({ id }) => id.length))
  const others = unnumbered.map((rule) => `${left(rule.id, ruleWidth)}  ${left(worstSeverity(rule), 7)}  ${rule.title}`)
  return [
    ...(lines.length === 0 ? [] : [`${bold}${left('MQTT', 5)}  ${left('STATEMENT', idWidth)}  ${left('SECTION', 10)}  ${left('WHO', 6)}  ${left('SEEN IN', 16)}  JUDGED BY${reset}`, ...lines]),
    ...(lines.length === 0 || others.length === 0 ? [] : ['']),
    ...(others.length === 0 ? [] : [`${bold}${left('RULE', ruleWidth)}  ${left('', 7)}  WITHOUT A NUMBERED STATEMENT${reset}`, ...others]),
    '',
  ].join('\n')
}

export function statementDetails(statement: BookStatement, examples: readonly Example[], palette: Palette): string {
  const { version, id, section, packet, actor, statement: asks, observable, how, judgedBy, notAppliedIn31 } = statement
  const { bold, reset } = palette
  const rows = new Rows(palette)
  rows.row('Who', WHO[actor])
  rows.row('Seen in', SCOPES[observable])
  rows.row('How', how)
  for (const [index, { name, text }] of evidenceRules(statement).entries()) rows.row(index === 0 ? 'Evidence' : '', `[${name}] ${text}`)
  if (judgedBy.length === 0) rows.row('Judged by', observable === 'no' ? 'nothing: no capture can tell' : 'nothing yet')
  for (const [index, rule] of judgedBy.entries()) rows.row(index === 0 ? 'Judged by' : '', `${rule.id} (${rule.severities[version] ?? worstSeverity(rule)}): ${rule.title}`)
  if (notAppliedIn31 !== null) {
    const { replacedBy, note } = notAppliedIn31
    rows.row('In MQTT 3.1', `not applied${replacedBy.length > 0 ? `; in its place ${replacedBy.join(', ')}` : ''}${note === null ? '' : `: ${note}`}`)
  }
  return [
    `${bold}${id}${reset}  MQTT ${version}${section === null ? '' : /^\d/.test(section) ? ` §${section}` : `, ${section}`}, ${packet}`, '', ...wrapped(asks, '  ', WIDTH), '', ...rows.lines,
    ...example('Kept', bestExample(examples, version, ({ keeps }) => keeps.includes(id)), palette),
    ...example('Broken', bestExample(examples, version, ({ breaks }) => breaks.includes(id)), palette), '',
  ].join('\n')
}

export function ruleDetails(rule: BookRule, { statements }: RuleBook, examples: readonly Example[], palette: Palette): string {
  const { bold, reset } = palette
  const { id, title, severities } = rule
  const rows = new Rows(palette)
  const distinct = new Set(Object.values(severities))
  rows.row('Severity', distinct.size === 1 ? worstSeverity(rule) : VERSIONS.filter((version) => severities[version] !== undefined).map((version) => `${severities[version]} in ${version}`).join(', '))
  rows.row('Versions', VERSIONS.filter((version) => severities[version] !== undefined).join(', '))
  if (rule.rule === null) rows.row('Found in', 'one packet, by the decoder')
  else {
    const { on, sides } = rule.rule
    rows.row('Asked about', (typeof on === 'string' ? [on] : on).join(', '))
    rows.row('Who', sides.join(' and '))
    const needs = needsOf(rule.rule)
    if (needs.length > 0) rows.row('Needs', `of the connection, the capture must show ${needs.join(', ')}`)
  }
  const broken = statements.filter(({ judgedBy }) => judgedBy.some((one) => one.id === id))
  for (const [index, statement] of broken.entries()) rows.row(index === 0 ? 'Breaks' : '', `${statement.version} ${statement.id}: ${statement.statement}`)
  if (broken.length === 0) rows.row('Breaks', 'no numbered statement')
  const shown = [...VERSIONS].reverse().map((version) => bestExample(examples, version, ({ rules }) => rules.includes(id))).find((found) => found !== null)
  const mark = `${severityColour(palette, worstSeverity(rule))}${SEVERITY_MARK[worstSeverity(rule)]}${reset}`
  return [`${mark} ${bold}${id}${reset}`, '', ...wrapped(title, '  ', WIDTH), '', ...rows.lines, ...example('Broken', shown ?? null, palette), ''].join('\n')
}

function example(label: string, shown: Example | null, palette: Palette): string[] {
  if (shown === null) return []
  const rows = new Rows(palette)
  rows.row(label, `${printable(shown.title)} (MQTT ${shown.version})`)
  return ['', ...rows.lines, '', ...shown.conversation.split('\n').map((line) => `  ${printable(line)}`.trimEnd())]
}

/** Labels, with text behind them that is as long as it needs to be. */
class Rows {
  readonly lines: string[] = []
  readonly #palette: Palette

  constructor(palette: Palette) {
    this.#palette = palette
  }

  row(label: string, text: string): void {
    const [first, ...more] = wrapped(text, ' '.repeat(LABEL_WIDTH), WIDTH)
    this.lines.push(`${this.#palette.bold}${left(label, LABEL_WIDTH)}${this.#palette.reset}${first!.slice(LABEL_WIDTH)}`, ...more)
  }
}
