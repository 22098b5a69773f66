import { readFileSync } from 'node:fs'
import { nearestName } from '../analysis/fields/nearest-name.ts'
import { NamePattern } from '../conformance/name-pattern.ts'
import { TextOutput } from '../io/output.ts'
import { ANSI, PLAIN, wantsColour } from '../report/colour.ts'
import { jsonText } from '../report/json-text.ts'
import { ruleBook, rulesObject, type BookRule, type BookStatement, type RuleBook } from '../report/rules/rule-book.ts'
import { ruleDetails, rulesList, statementDetails } from '../report/rules/rules-text.ts'
import { EXIT, UsageError } from './exit.ts'
import { oneOf } from './option-values.ts'
import { COLOUR_CHOICES, RULES_FORMATS } from './options.ts'
import type { Example } from '../report/rules/examples.ts'
import type { ExitCode } from './exit.ts'
import type { Arguments } from './option-values.ts'

/** `mqtap rules [ID|PATTERN]`: the statements of the standards, what each asks, and how it is judged. */

export async function rules(args: Arguments, patterns: readonly string[]): Promise<ExitCode> {
  const format = oneOf(args, 'f', RULES_FORMATS) ?? 'text'
  const palette = wantsColour(oneOf(args, 'color', COLOUR_CHOICES) ?? 'auto', process.env, process.stdout.isTTY === true) ? ANSI : PLAIN
  const book = ruleBook()
  const chosen = choose(book, patterns)
  const output = new TextOutput()
  if (format === 'json') output.write(`${jsonText(rulesObject(chosen))}\n`)
  else if (patterns.length > 0 && isOne(chosen)) {
    const examples = loadExamples()
    const texts = chosen.statements.length > 0
      ? chosen.statements.map((statement) => statementDetails(statement, examples, palette))
      : chosen.rules.map((rule) => ruleDetails(rule, book, examples, palette))
    output.write(texts.join('\n'))
  } else output.write(rulesList(chosen, palette))
  await output.drained()
  return EXIT.clean
}

/** One rule; or one id, which may stand for a statement in two versions. */
function isOne({ statements, rules: found }: RuleBook): boolean {
  return statements.length === 0 ? found.length === 1 : new Set(statements.map(({ id }) => id)).size === 1
}

/** An id is meant by itself, whatever else has it in its words. */
function choose(book: RuleBook, words: readonly string[]): RuleBook {
  if (words.length === 0) return book
  const [name, ...more] = words
  if (more.length === 0) {
    const lower = name!.toLowerCase()
    const statements = book.statements.filter(({ id }) => id.toLowerCase() === lower)
    if (statements.length > 0) return { statements, rules: judgesOf(statements) }
    const rule = book.rules.find(({ id }) => id === lower)
    if (rule !== undefined) return { statements: [], rules: [rule] }
  }
  const tests = words.map(testOf)
  const statements = book.statements.filter((statement) => tests.every((test) => test(namesOf(statement), wordsOf(statement))))
  const found = book.rules.filter((rule) => tests.every((test) => test([rule.id, ...Object.keys(rule.severities)], `${rule.id} ${rule.title}`)))
  if (statements.length + found.length === 0) {
    const asked = words.join(' ')
    const nearest = nearestName(asked, [...book.statements, ...book.rules].map(({ id }) => id))
    throw new UsageError(`no statement or rule is called or says anything like ${asked}`, nearest === null ? null : `Did you mean ${nearest}?`)
  }
  return { statements, rules: [...new Set([...found, ...judgesOf(statements)])] }
}

function judgesOf(statements: readonly BookStatement[]): BookRule[] {
  return [...new Set(statements.flatMap(({ judgedBy }) => judgedBy))]
}

function namesOf({ version, id, section, actor, judgedBy }: BookStatement): string[] {
  return [version, id, actor, ...(section === null ? [] : [section]), ...judgedBy.map((rule) => rule.id)]
}

function wordsOf({ id, packet, statement, how }: BookStatement): string {
  return `${id} ${packet} ${statement} ${how}`
}

/** A pattern with a star is that of a name; a version is only a version; anything else may stand anywhere. */
function testOf(word: string): (names: readonly string[], words: string) => boolean {
  if (word.includes('*')) {
    const pattern = new NamePattern(word)
    return (names) => names.some((name) => pattern.matches(name))
  }
  if (/^\d+(?:\.\d+)+$/.test(word)) return (names) => names.includes(word)
  const lower = word.toLowerCase()
  return (names, words) => names.some((name) => name.toLowerCase().includes(lower)) || words.toLowerCase().includes(lower)
}

/** They are beside the program. Without them there is just nothing to show. */
function loadExamples(): readonly Example[] {
  try {
    return JSON.parse(readFileSync(new URL('./examples.json', import.meta.url), 'utf8')) as readonly Example[]
  } catch {
    return []
  }
}
