/**
 * Fields: what the detail tree, `-V`, JSON trees, the display filter and the byte pane know of a packet.
 *
 * The decoder is written once. Called with a FieldRecorder it also tells every field that it reads; called without, it allocates nothing for it.
 */

/** How a field compares, is written in a filter, and prints. `none` has no value of its own: its presence is the fact. */
export type FieldType = 'none' | 'boolean' | 'unsigned' | 'string' | 'bytes' | 'address' | 'absolute-time' | 'duration'

/** A field's definition: one object for each name, made once. */
export interface Field {
  /** Display filter name: Wireshark's where Wireshark has one (`mqtt.topic`). */
  readonly name: string
  /** The standard's own words ("Topic Name"). */
  readonly label: string
  readonly type: FieldType
  /** Where the standards define it ("5.0 §3.3.2.1, 3.1.1 §3.3.2.1"), or null. */
  readonly source: string | null
  /** True where Wireshark 4.0 knows the name. */
  readonly wireshark: boolean
}

/** `bytes` values are copies. A string that is not UTF-8 is its bytes. */
export type FieldValue = number | boolean | string | Uint8Array | null

export interface FieldNode {
  readonly field: Field
  readonly value: FieldValue
  /** Bytes counted from byte 1 of the fixed header, half open. Children lie inside, in order, and siblings do not overlap (bit fields share their byte). */
  readonly start: number
  readonly end: number
  /** For a bit field: which bits of its byte, e.g. 0x06 for QoS. 0 where the field is whole bytes. */
  readonly mask: number
  /** What the value means ("Success"), where the number alone does not say it; else null. */
  readonly meaning: string | null
  readonly children: readonly FieldNode[]
}

/** Collects the field tree of one packet while it is decoded. */
export class FieldRecorder {
  #open: { node: MutableNode; children: FieldNode[] }[] = []
  #roots: FieldNode[] = []

  /** Begins a field that holds others; `end` is set by `close`, and the value too where only what it holds tells it. */
  open(field: Field, start: number, value: FieldValue = null, meaning: string | null = null): void {
    const children: FieldNode[] = []
    const node = { field, value, start, end: start, mask: 0, meaning, children }
    this.#add(node)
    this.#open.push({ node, children })
  }

  close(end: number, value?: FieldValue): void {
    const top = this.#open.pop()
    if (top === undefined) throw new Error('FieldRecorder.close without open')
    top.node.end = end
    if (value !== undefined) top.node.value = value
  }

  add(field: Field, value: FieldValue, start: number, end: number, mask = 0, meaning: string | null = null): void {
    this.#add({ field, value, start, end, mask, meaning, children: NO_CHILDREN })
  }

  /** The finished tree; the recorder is empty afterwards. */
  take(): readonly FieldNode[] {
    if (this.#open.length > 0) throw new Error('FieldRecorder.take inside an open field')
    const roots = this.#roots
    this.#roots = []
    return roots
  }

  #add(node: MutableNode): void {
    const top = this.#open[this.#open.length - 1]
    if (top === undefined) this.#roots.push(node)
    else top.children.push(node)
  }
}

interface MutableNode {
  field: Field
  value: FieldValue
  start: number
  end: number
  mask: number
  meaning: string | null
  children: readonly FieldNode[]
}

const NO_CHILDREN: readonly FieldNode[] = []
