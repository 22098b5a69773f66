import { packetLabel } from '../../report/ladder/label.ts'
import { grouped } from '../../bytes/number-text.ts'
import { viewProps, type Surroundings } from '../view-controller.ts'
import { findingDetail } from './findings-detail.ts'
import { FINDINGS_AT_FIRST, findingsOfStream, reduceFindings, searchFindings, selectedFinding, type FindingRow, type FindingsState } from './findings-state.ts'
import { PanesController } from './panes-controller.ts'
import type { Finding } from '../../conformance/finding.ts'
import type { Body } from '../frame-content.ts'
import type { FindingList } from '../model/finding-list.ts'
import type { ShownPackets } from '../model/shown-packets.ts'
import type { Outcome, ViewAction } from '../view.ts'

const CERTAINTIES: readonly Finding['certainty'][] = ['certain', 'likely', 'unsure']

/** Behind the Findings view. */
export class FindingsController extends PanesController<FindingsState> {
  /** The filter that the list was chosen by, as far as it had come. */
  #chosenBy: Pick<ShownPackets, 'filter' | 'pingsHidden' | 'size'> = { filter: null, pingsHidden: false, size: 0 }

  constructor(around: Surroundings) {
    super(around, FINDINGS_AT_FIRST)
  }

  override get stream(): number | null {
    const row = this.#selected
    return (row?.one ?? row?.group.findings[0])?.finding.stream ?? null
  }

  /** Only the findings of a connection, or all of them. */
  showThoseOf(stream: number | null): void {
    this.state = findingsOfStream(this.state, stream)
  }

  protected override reduced(state: FindingsState, action: ViewAction): Outcome<FindingsState> {
    return reduceFindings(state, action, { ...this.#list, detailLines: this.#detailLines })
  }

  protected override searched(text: string, step: 1 | -1): Outcome<FindingsState> {
    return searchFindings(this.state, text, step, this.#list)
  }

  override body(now: number): Body {
    this.follow()
    const { workspace, paused } = this.around
    const statements = paused === null ? workspace.statements(now) : workspace.statementsBefore
    return {
      view: 'findings',
      props: {
        ...viewProps(this.around), state: this.state, list: this.#list.list, describeFrame: this.#describeFrame,
        judged: statements?.judged ?? null, notJudged: statements?.notJudged ?? null,
      },
    }
  }

  get #list(): { readonly list: FindingList; readonly height: number } {
    const { workspace: { findings, shown }, size: { height } } = this.around
    const { filter, pingsHidden, size } = shown
    const before = this.#chosenBy
    if (filter !== before.filter || (filter !== null && (size !== before.size || pingsHidden !== before.pingsHidden))) {
      findings.choose(filter === null ? null : ({ packet, stream }) => shown.concerns(packet, stream))
      this.#chosenBy = { filter, pingsHidden, size }
    }
    return { list: findings, height }
  }

  get #selected(): FindingRow | null {
    return selectedFinding(this.state, this.#list)
  }

  get #detailLines(): number {
    const { size: { width }, timeText, workspace: { statementsBefore } } = this.around
    return findingDetail(this.#selected, { width, timeText, describeFrame: this.#describeFrame, notJudged: statementsBefore?.notJudged ?? null }).length
  }

  override get words(): string {
    const { findings: { totals: { certainties } }, shown } = this.around.workspace
    if (shown.filter !== null) return 'findings of the filter'
    return CERTAINTIES.filter((certainty) => certainties[certainty] > 0).map((certainty) => `${certainty} ${grouped(certainties[certainty])}`).join('  ')
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
