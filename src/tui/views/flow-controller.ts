import { viewProps, ViewController } from '../view-controller.ts'
import { FlowFeed } from '../model/flow-feed.ts'
import { flowAt, flowAtEnd, flowAtFrame, FLOW_START, reduceFlow, searchFlow, type Flow, type FlowState } from './flow-state.ts'
import type { Body } from '../frame-content.ts'
import type { Effect, ViewAction } from '../view.ts'
import type { Ladder } from '../../report/ladder/ladder.ts'

/** Milliseconds between two ladders of a connection of which more may come, and the rows from which on that counts. */
const LADDER_EVERY = 500
const LONG_LADDER = 1_000

/** Behind the Flow view: one connection, which is read again for its ladder. */
export class FlowController extends ViewController {
  #state: FlowState = FLOW_START
  /** Null before a connection was asked for. */
  #feed: FlowFeed | null = null
  #ladder: Ladder | null = null
  #ladderRevision = -1
  #ladderAt = -Infinity
  /** The frame that the cursor goes to as soon as the ladder has come so far. */
  #wantedFrame: number | null = null

  /** TCP stream of the connection that is shown. */
  get shownStream(): number | null {
    return this.#feed?.reading.stream ?? null
  }

  /** The packet that times are counted from; null for none. */
  get reference(): number | null {
    return this.#state.reference
  }

  set reference(packet: number | null) {
    this.#state = { ...this.#state, reference: packet, referenceTime: packet === null ? NaN : this.around.workspace.index.timeOf(packet) }
  }

  /** A connection, with the cursor on this packet of it, or else on the row of this frame, or where it was. */
  show(stream: number, packet: number | null, frame: number | null = null): void {
    if (stream !== this.shownStream) {
      this.#feed = new FlowFeed(this.around.workspace, stream)
      this.#ladder = null
      this.#ladderRevision = -1
      this.#ladderAt = -Infinity
      this.#state = { ...this.#state, at: null, viewport: FLOW_START.viewport }
      if (this.#feed.lost) this.around.say('The beginning of the capture is not kept any more (--spool-limit), and a flow needs it')
    }
    this.#wantedFrame = packet === null ? frame : null
    if (packet === null && frame === null) return
    this.following = false
    if (packet !== null) this.#state = flowAt(this.#state, this.#ladder, packet)
  }

  override act(action: ViewAction): Effect | null {
    this.#wantedFrame = null
    const { state, effect } = reduceFlow(this.following ? flowAtEnd(this.#state, this.#flow) : this.#state, action, this.#flow)
    this.#state = state
    return effect
  }

  override unfollow(): boolean {
    const following = super.unfollow()
    if (following) this.#state = flowAtEnd(this.#state, this.#flow)
    return following
  }

  override search(text: string, step: 1 | -1): Effect | null {
    this.#wantedFrame = null
    this.unfollow()
    const { state, effect } = searchFlow(this.#state, text, step, this.#flow)
    this.#state = state
    return effect
  }

  /** Reads on while `mayGoOn`. Answers whether there was anything to do. */
  work(mayGoOn: () => boolean): boolean {
    return this.around.paused === null && this.#feed !== null && this.#feed.work(mayGoOn)
  }

  override body(now: number): Body {
    this.#askForLadder(now)
    const feed = this.#feed
    if (this.#wantedFrame !== null) {
      this.#state = flowAtFrame(this.#state, this.#ladder, this.#wantedFrame) ?? this.#state
      if ((feed?.progress ?? null) === null) this.#wantedFrame = null
    }
    return {
      view: 'flow',
      props: {
        ...viewProps(this.around), state: this.#state, stream: this.shownStream, ladder: this.#ladder, progress: feed?.progress ?? null, lost: feed?.lost ?? false, following: this.following,
        fanOf: (packet) => feed?.reading.fanOf(packet) ?? null,
      },
    }
  }

  get #flow(): Flow {
    return { ladder: this.#ladder, height: this.around.size.height }
  }

  #askForLadder(now: number): void {
    const feed = this.#feed
    if (feed === null || this.around.paused !== null) return
    const { revision } = feed.reading
    if (revision === this.#ladderRevision) return
    const long = this.#ladder !== null && this.#ladder.rows.length > LONG_LADDER
    const goesOn = feed.progress !== null || this.around.reading.state === 'reading'
    if (long && goesOn && now - this.#ladderAt < LADDER_EVERY) return
    this.#ladderAt = now
    this.#ladderRevision = revision
    this.#ladder = feed.reading.ladder
  }
}
