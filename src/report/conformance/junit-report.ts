import XMLBuilder from 'fast-xml-builder'
import { counted } from '../../bytes/number-text.ts'
import { ClientNames, failedStatements, otherFindings, REASON_TEXTS, statementText } from './digest.ts'
import { ReportTimes } from './report-times.ts'
import type { ReportFinding, ReportObject, ReportStatement } from '../schema/report.ts'

/**
 * `-f junit`: the XML that every CI reads. One suite for each version and side, one test case for each statement: it failed, was skipped (with the reason why it
 * was not judged), or passed. What breaks a rule without a number has a suite of its own, so that nothing makes a run fail unseen. Text is what `printable`
 * lets through, which is less than XML 1.0 §2.2 allows.
 */
export function reportJunit(report: ReportObject): string {
  return new JunitReport(report).text
}

/** Findings told of one test case; the JSON has them all. */
const MOST_FINDINGS = 100

interface TestCase {
  readonly '@classname': string
  readonly '@name': string
  readonly '@time': '0'
  readonly failure?: { readonly '@message': string; readonly '@type': string; readonly '#text': string }
  readonly skipped?: { readonly '@message': string }
}

class JunitReport {
  readonly #report: ReportObject
  readonly #times: ReportTimes
  readonly #clients: ClientNames

  constructor(report: ReportObject) {
    this.#report = report
    this.#times = new ReportTimes(report, true)
    this.#clients = new ClientNames(report)
  }

  get text(): string {
    const failures = new Map(failedStatements(this.#report).map(({ statement, findings }) => [statement, findings]))
    const suites = new Map<string, TestCase[]>()
    for (const statement of this.#report.statements) {
      const name = `MQTT ${statement.version} ${statement.side}`
      const cases = suites.get(name) ?? []
      cases.push(this.#case(statement, failures.get(statement) ?? []))
      suites.set(name, cases)
    }
    const others = this.#unnumbered()
    if (others.length > 0) suites.set('Rules without a number', others)
    const testsuite = [...suites].map(([name, testcase]) => ({ '@name': name, ...totals(testcase), '@time': '0', testcase }))
    const document = {
      '?xml': { '@version': '1.0', '@encoding': 'UTF-8' },
      testsuites: { '@name': 'mqtap report', ...totals([...suites.values()].flat()), '@time': '0', testsuite },
    }
    return new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: '@', suppressBooleanAttributes: false, suppressEmptyNode: true, format: true }).build(document)
  }

  #case(statement: ReportStatement, findings: readonly ReportFinding[]): TestCase {
    const { version, id, side, verdict, violated } = statement
    const base = testCase(`MQTT ${version}.${side}`, `${id}: ${statementText(version, id)}`)
    switch (verdict) {
      case 'pass': return base
      case 'fail': return this.#failed(base, findings, violated)
      case 'not-judged': return { ...base, skipped: { '@message': `not judged: ${reasonsText(statement)}` } }
      case 'not-exercised': return { ...base, skipped: { '@message': 'not exercised: it did not come up in this capture' } }
      case 'unobservable': return { ...base, skipped: { '@message': 'unobservable: no capture can tell' } }
    }
  }

  #unnumbered(): TestCase[] {
    return otherFindings(this.#report).filter(({ findings }) => findings[0]!.severity !== 'note').map(({ rule, findings, leftOut }) => {
      const { version, actor } = findings[0]!
      return this.#failed(testCase(version === null ? `MQTT.${actor}` : `MQTT ${version}.${actor}`, rule), findings, findings.length + leftOut)
    })
  }

  #failed(base: TestCase, findings: readonly ReportFinding[], all: number): TestCase {
    const lines = findings.slice(0, MOST_FINDINGS).map((finding) => this.#line(finding))
    const more = all - lines.length
    if (more > 0) lines.push(lines.length === 0 ? `${counted(more, 'finding')}, not listed` : `and ${counted(more, 'more finding')}`)
    const [first] = findings
    return { ...base, failure: { '@message': first?.message ?? 'broken', '@type': first?.rule ?? 'mqtap', '#text': lines.join('\n') } }
  }

  #line(finding: ReportFinding): string {
    const { frame, time, severity, certainty, message, rule, evidence } = finding
    const place = `frame ${frame}${time === null ? '' : `, ${this.#times.relative(time)} s`}, ${this.#clients.of(finding)}`
    const others = evidence.filter((other) => other !== frame)
    return `${severity}${certainty === 'certain' ? '' : ` (${certainty})`}: ${place}: ${message} [${rule}]${others.length === 0 ? '' : ` (see also frame ${others.join(', ')})`}`
  }
}

function testCase(className: string, name: string): TestCase {
  return { '@classname': className, '@name': name, '@time': '0' }
}

function totals(cases: readonly TestCase[]): Record<'@tests' | '@failures' | '@errors' | '@skipped', number> {
  return {
    '@tests': cases.length, '@failures': cases.filter(({ failure }) => failure !== undefined).length, '@errors': 0,
    '@skipped': cases.filter(({ skipped }) => skipped !== undefined).length,
  }
}

function reasonsText({ reasons }: ReportStatement): string {
  return reasons.map(({ reason, count }) => `${REASON_TEXTS[reason]} (${counted(count, 'case')})`).join('; ')
}
