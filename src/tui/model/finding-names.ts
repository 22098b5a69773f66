/** How findings, and the groups that they are listed in, are named in a few columns. Safe for a terminal. */
import { printable } from '../../bytes/printable.ts'
import { findStatement } from '../../conformance/catalogue.ts'
import { ruleBook, type BookRule } from '../../report/rules/rule-book.ts'
import type { Finding } from '../../conformance/finding.ts'
import type { FindingGroup } from './finding-list.ts'

/** Whom a finding is about: the client identifier, or else the connection. */
export function clientCellName({ clientId, stream }: Pick<Finding, 'clientId' | 'stream'>): string {
  if (clientId === null || clientId === '') return `stream ${stream}`
  return typeof clientId === 'string' ? printable(clientId) : `0x${clientId.hex}`
}

let rules: ReadonlyMap<string, BookRule> | null = null

/** What is known of a rule, or of a problem of the decoder; undefined where the name is neither. Put together when it is first asked for. */
export function bookRule(id: string): BookRule | undefined {
  rules ??= new Map(ruleBook().rules.map((rule) => [rule.id, rule]))
  return rules.get(id)
}

export const NO_SECTION = '-'

/** Of a group by rule: the statement, or where none is broken the rule itself; its section, and what is wrong. */
export function ruleCells(group: FindingGroup): readonly [statement: string, section: string, what: string] {
  const { version, statements, message } = group.findings[0]!.finding
  const rule = group.rule!
  const id = statements[0]
  const what = bookRule(rule)?.title ?? message
  if (id === undefined || version === null) return [rule, NO_SECTION, what]
  const section = findStatement(version, id)?.section ?? null
  return [`${id}${statements.length > 1 ? ` +${statements.length - 1}` : ''}`, section === null ? version : `${version} ${section}`, what]
}
