/**
 * `mqtap report -f html`: the conformance report as one file. It takes nothing from the network and says so to the browser (Content-Security-Policy), can be
 * read without scripts, on a phone and on paper, and holds no text that is not escaped.
 */
import { createHash } from 'node:crypto'
import { printable } from '../../bytes/printable.ts'
import { ReportTimes } from '../conformance/report-times.ts'
import { connectionsSection } from './connections.ts'
import { coverageSection } from './coverage.ts'
import { findingsSection } from './findings.ts'
import { html, Markup } from './markup.ts'
import { matrixSection } from './matrix.ts'
import { overview, VERDICT_WORDS } from './overview.ts'
import { SCRIPT } from './script.ts'
import { STYLE } from './style.ts'
import { timelineSection } from './timeline.ts'
import { timingSection } from './timing.ts'
import type { ReportObject } from '../schema/report.ts'
import type { ReportDetails } from './details.ts'

/** Only our own style sheet and script, known by their hashes. */
const POLICY = `default-src 'none'; style-src '${hashOf(STYLE)}'; script-src '${hashOf(SCRIPT)}'; base-uri 'none'; form-action 'none'`

const LONGEST_TITLE = 80

const SECTIONS: readonly (readonly [id: string, name: string])[] = [
  ['findings', 'Findings'], ['statements', 'Statements'], ['timeline', 'Timeline'], ['timing', 'Timing'], ['connections', 'Connections'], ['coverage', 'Coverage'],
]

export function htmlReport(report: ReportObject, details: ReportDetails): string {
  const times = new ReportTimes(report, true)
  const { text } = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Markup(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="${report.tool.name} ${report.tool.version}">
<title>${VERDICT_WORDS[report.summary.verdict]}: ${titleOf(report)}</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<header class="bar"><div><b>mqtap</b><nav aria-label="Sections">${SECTIONS.map(([id, name]) => html`<a href="#${id}">${name}</a>`)}</nav><button type="button" class="js" id="theme" aria-label="Light or dark">&#9680;</button></div></header>
<main class="page">
<h1>MQTT conformance report</h1>
${overview(report, times)}
${findingsSection(report, details, times)}
${matrixSection(report)}
${timelineSection(report, details, times)}
${timingSection(report)}
${connectionsSection(report, times)}
${coverageSection(report)}
<p class="soft">Made by mqtap ${report.tool.version}. Statements are in the words of mqtap, not of the standards.</p>
</main>
<script>${new Markup(SCRIPT)}</script>
</body>
</html>
`
  return text
}

function titleOf({ capture: { files } }: ReportObject): string {
  const name = files[0]?.name ?? 'no file'
  return printable(`${name.slice(name.lastIndexOf('/') + 1)}${files.length > 1 ? ` and ${files.length - 1} more` : ''}`, LONGEST_TITLE)
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}
