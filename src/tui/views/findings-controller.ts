import { packetLabel } from '../../report/ladder/label.ts'
import { closedPanes } from '../parts/list-detail.ts'
import { viewProps, ViewController } from '../view-controller.ts'
import { findingDetail } from './findings-detail.ts'
import { FINDINGS_AT_FIRST, findingsOfStream, reduceFindings, searchFindings, selectedFinding, type FindingRow, type FindingsState } from './findings-state.ts'
import type { Body } from '../frame-content.ts'
import type { FindingList } from '../model/finding-list.ts'
import type { Effect, ViewAction } from '../view.ts'

/** Behind the Findings view. */
export class FindingsController extends ViewController {
  #state: FindingsState = FINDINGS_AT_FIRST

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
    const statements = workspace.statements(now)
    return {
      view: 'findings',
      props: {
        ...viewProps(this.around), state: this.#state, list: workspace.findings, describeFrame: this.#describeFrame,
        judged: statements?.judged ?? null, notJudged: statements?.notJudged ?? null,
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
    return findingDetail(this.#selected, { width, timeText, describeFrame: this.#describeFrame, notJudged: null }).length
  }

  /** `70 PUBLISH #1`: the first packet that a frame completes; empty where it completes none. */
  readonly #describeFrame = (frame: number): string => {
    const { workspace: { index }, packetRows } = this.around
    const number = index.firstFrom(frame)
    if (number === null || index.frameOf(number) !== frame) return ''
    const event = packetRows.event(number)
    if (event === null) return `${number} ${index.typeOf(number)}`
    const { packet } = event
    const label = 'packetIdentifier' in packet && packet.packetIdentifier !== undefined ? `${packet.type} #${packet.packetIdentifier}` : packet.type === 'PUBLISH' ? packetLabel(event).text : packet.type
    return `${number} ${label}`
  }
}
