import { packetLabel } from '../../report/ladder/label.ts'
import { grouped } from '../../bytes/number-text.ts'
import { closedPanes } from '../parts/list-detail.ts'
import { viewProps, ViewController } from '../view-controller.ts'
import { findingDetail } from './findings-detail.ts'
import { FINDINGS_AT_FIRST, findingsOfStream, reduceFindings, searchFindings, selectedFinding, type FindingRow, type FindingsState } from './findings-state.ts'
import type { Finding } from '../../conformance/finding.ts'
import type { Body } from '../frame-content.ts'
import type { FindingList, StatementsSoFar } from '../model/finding-list.ts'
import type { Effect, ViewAction } from '../view.ts'

const CERTAINTIES: readonly Finding['certainty'][] = ['certain', 'likely', 'unsure']

/** Behind the Findings view. */
export class FindingsController extends ViewController {
  #state: FindingsState = FINDINGS_AT_FIRST
  /** As last drawn. */
  #statements: StatementsSoFar | null = null

  override get canFollow(): boolean {
    return this.#state.panes.focus === 'list'
  }

  override get stream(): number | null {
    const row = this.#selected
    return (row?.one ?? row?.group.findings[0])?.finding.stream ?? null
  }

  /** Only the findings of a connection, or all of them. */
  showThoseOf(stream: number | null): void {
    this.#state = findingsOfStream(this.#state, stream)
  }

  override act(action: ViewAction): Effect | null {
    const { state, effect } = reduceFindings(this.#state, action, { ...this.#list, detailLines: this.#detailLines })
    this.#state = state
    return effect
  }

  override close(): boolean {
    const panes = closedPanes(this.#state.panes)
    if (panes === null) return false
    this.#state = { ...this.#state, panes }
    return true
  }

  override search(text: string, step: 1 | -1): Effect | null {
    this.unfollow()
    const { state, effect } = searchFindings(this.#state, text, step, this.#list)
    this.#state = state
    return effect
  }

  override body(now: number): Body {
    const { workspace, paused } = this.around
    if (this.following && paused === null) this.#toNewest()
    this.#statements = paused === null ? workspace.statements(now) : workspace.statementsBefore
    return {
      view: 'findings',
      props: {
        ...viewProps(this.around), state: this.#state, list: workspace.findings, describeFrame: this.#describeFrame,
        judged: this.#statements?.judged ?? null, notJudged: this.#statements?.notJudged ?? null,
      },
    }
  }

  #toNewest(): void {
    const { panes } = this.#state
    const { state } = reduceFindings({ ...this.#state, panes: { ...panes, focus: 'list' } }, 'last', this.#list)
    this.#state = { ...state, panes: { ...state.panes, focus: panes.focus } }
  }

  get #list(): { readonly list: FindingList; readonly height: number } {
    return { list: this.around.workspace.findings, height: this.around.size.height }
  }

  get #selected(): FindingRow | null {
    return selectedFinding(this.#state, this.#list)
  }

  get #detailLines(): number {
    const { size: { width }, timeText } = this.around
    return findingDetail(this.#selected, { width, timeText, describeFrame: this.#describeFrame, notJudged: this.#statements?.notJudged ?? null }).length
  }

  override get words(): string {
    const { findings: { totals: { certainties } }, shown } = this.around.workspace
    const counts = CERTAINTIES.filter((certainty) => certainties[certainty] > 0).map((certainty) => `${certainty} ${grouped(certainties[certainty])}`)
    return [...counts, ...(shown.filter === null ? [] : ['not filtered'])].join('  ')
  }

  /** `70 PUBLISH #1`: the packet that a frame completes; empty where it completes none. Of several, the one that the finding is about, or else the first of its connection. */
  readonly #describeFrame = (frame: number, { stream, packet: accused, exchange }: Finding): string => {
    const { workspace: { index }, packetRows } = this.around
    const all: number[] = []
    for (let number = index.firstFrom(frame); number !== null && number <= index.count && index.frameOf(number) === frame; number++) all.push(number)
    const number = all.find((it) => it === accused) ?? all.find((it) => index.exchangeOf(it) === exchange) ?? all.find((it) => index.connectionOf(it).stream === stream) ?? all[0]
    if (number === undefined) return ''
    const event = packetRows.event(number)
    if (event === null) return `${number} ${index.typeOf(number)}`
    const { packet } = event
    const label = 'packetIdentifier' in packet && packet.packetIdentifier !== undefined ? `${packet.type} #${packet.packetIdentifier}` : packet.type === 'PUBLISH' ? packetLabel(event).text : packet.type
    return `${number} ${label}`
  }
}
