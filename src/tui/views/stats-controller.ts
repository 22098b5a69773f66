import { connectionsOf, ViewController, viewProps, type Paused, type Surroundings } from '../view-controller.ts'
import { reduceStats, searchStats, statsAtFirst, type StatsData, type StatsState } from './stats-state.ts'
import { statsLines } from './stats-text.ts'
import type { Body } from '../frame-content.ts'
import type { Effect, ViewAction } from '../view.ts'

/** Behind the Stats view. */
export class StatsController extends ViewController {
  #state: StatsState
  /** Lines by what they show. Paused, each form of the view is as it was when it was first looked at. */
  #paused: { readonly by: Paused; readonly lines: Map<string, readonly string[]> } | null = null

  /** `live`: of a capture that goes on. */
  constructor(around: Surroundings, live: boolean) {
    super(around)
    this.#state = statsAtFirst(live)
  }

  override get words(): string {
    return this.around.workspace.shown.filter === null ? '' : 'not filtered'
  }

  override get canFollow(): boolean {
    return false
  }

  override act(action: ViewAction): Effect | null {
    const { state, effect } = reduceStats(this.#state, action, { ...this.#data, ...this.around.size })
    this.#state = state
    return effect
  }

  override search(text: string, step: 1 | -1): Effect | null {
    const { workspace: { statistics }, size: { height } } = this.around
    const { state, effect } = searchStats(this.#state, text, step, { statistics, height })
    this.#state = state
    return effect
  }

  override body(): Body {
    return { view: 'stats', lines: this.#lines() }
  }

  #lines(): readonly string[] {
    const { paused } = this.around
    const make = () => statsLines({ ...viewProps(this.around), state: this.#state, ...this.#data })
    if (paused === null) return make()
    if (this.#paused?.by !== paused) this.#paused = { by: paused, lines: new Map() }
    const { form, interval, sort, viewport, unfolded } = this.#state
    const key = JSON.stringify([form, interval, sort, viewport, [...unfolded], this.around.size])
    const known = this.#paused.lines.get(key)
    if (known !== undefined) return known
    const lines = make()
    this.#paused.lines.set(key, lines)
    return lines
  }

  get #data(): StatsData {
    const { statistics, pipeline, index, evicted } = this.around.workspace
    let exchanges = 0
    for (const { open } of connectionsOf(this.around)) exchanges += open
    const until = this.around.reading.live === null ? null : pipeline.now
    return { statistics, totals: pipeline.totals, until, index: { packets: index.count, bytes: index.bytes, evicted }, open: { exchanges } }
  }
}
