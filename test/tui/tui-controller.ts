/** A controller with a capture of fixtures/captures, without a terminal: keys go in, and what it asks of the outside is kept. */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { CaptureStore } from '../../src/io/capture-store.ts'
import { Controller, type ControllerOptions } from '../../src/tui/controller.ts'
import { Keymap } from '../../src/tui/keymap.ts'
import { Workspace } from '../../src/tui/model/workspace.ts'
import { Reading } from '../../src/tui/reading.ts'
import { themeOf } from '../../src/tui/theme.ts'
import type { FrameContent } from '../../src/tui/frame-content.ts'
import type { LiveCapture } from '../../src/io/live/live-capture.ts'
import type { KeyName } from '../../src/tui/terminal/decode-input.ts'
import type { PacketsProps } from '../../src/tui/views/packets-view.tsx'

export function captureBytes(name: string): Uint8Array {
  const stored = readFileSync(new URL(`../../fixtures/captures/${name}`, import.meta.url))
  return new Uint8Array(name.endsWith('.gz') ? gunzipSync(stored) : stored)
}

export function workspaceOf(store: CaptureStore): Workspace {
  const ports = new Uint8Array(65_536)
  ports[1883] = 1
  return new Workspace({ ports, version: null, utc: true, showSecrets: false, store })
}

/** What a live capture is to the controller. */
export function liveStandIn(): LiveCapture & { readonly stops: number } {
  const live = { name: 'eth0', dropped: 0, stops: 0, stop: () => void live.stops++ }
  return live as unknown as LiveCapture & { readonly stops: number }
}

interface Choice {
  /** Null for a capture of which nothing has come yet. */
  readonly capture?: string | null
  /** Only this part of the file has come, and the capture goes on. */
  readonly part?: number
  readonly live?: LiveCapture | null
  readonly options?: Partial<ControllerOptions>
  readonly spoolLimit?: number
}

export class Driven {
  readonly store: CaptureStore
  readonly workspace: Workspace
  readonly reading: Reading
  readonly controller: Controller
  /** What was asked of the outside. */
  readonly asked: string[] = []
  readonly #bytes: Uint8Array
  #given = 0
  #now = 0

  constructor({ capture = 'mosquitto-5.0.pcapng', part = 1, live = null, options = {}, spoolLimit = 1e9 }: Choice = {}) {
    this.store = new CaptureStore(spoolLimit)
    this.workspace = workspaceOf(this.store)
    this.reading = new Reading(this.workspace, [], live, null, () => undefined)
    this.#bytes = capture === null ? new Uint8Array(0) : captureBytes(capture)
    this.store.beginSpool()
    this.workspace.begin(capture ?? 'nothing.pcap')
    this.give(part)
    if (part === 1 && capture !== null) this.workspace.finish()
    const ask = (what: string) => void this.asked.push(what)
    this.controller = new Controller({
      workspace: this.workspace, reading: this.reading,
      outside: {
        quit: () => ask('quit'), suspend: () => ask('suspend'), redraw: () => ask('redraw'), changed: () => ask('changed'),
        copy: (text) => (ask(`copy ${text}`), text.length < 1_000),
        exportTo: (name) => (ask(`export ${name}`), Promise.resolve(`wrote ${name}`)),
        reportTo: (name) => (ask(`report ${name}`), Promise.resolve(`wrote ${name}`)),
        findFrame: () => Promise.resolve(null),
        wouldReplace: (name) => name.startsWith('old'),
      },
      source: capture ?? 'nothing.pcap', keymap: new Keymap({}), theme: themeOf(false, false), size: { width: 120, height: 40 },
      time: 'relative', utc: true, showSecrets: false, filter: '',
      ...options,
    })
  }

  /** The capture as far as this part of the file. */
  give(part: number): void {
    const end = Math.floor(this.#bytes.length * part)
    for (; this.#given < end; this.#given += 4_096) this.workspace.append(this.#bytes.subarray(this.#given, Math.min(end, this.#given + 4_096)))
    this.#given = end
  }

  /** Names of keys, or characters: `enter`, `j`. */
  keys(...keys: readonly string[]): this {
    for (const key of keys) this.controller.key(key.length > 1 ? { kind: 'key', name: key as KeyName } : { kind: 'text', text: key })
    return this
  }

  /** Into the field at the bottom. */
  type(text: string): this {
    this.controller.key({ kind: 'text', text })
    return this
  }

  /** All that waits is done. */
  work(): this {
    while (this.controller.work());
    return this
  }

  frame(later = 0): FrameContent {
    this.#now += later
    return this.controller.frame(this.#now)
  }

  /** The packets on the screen. */
  packets(): PacketsProps {
    const { body } = this.frame()
    if (body.view !== 'packets') throw new Error(`the view is ${body.view}`)
    return body.props
  }

  get packet(): number {
    return this.packets().state.packet
  }
}
