import type { CaptureClock } from '../../capture/frame.ts'
import type { Field, FieldNode, FieldValue } from '../../mqtt/field.ts'
import type { PacketEvent, Unframed } from '../../mqtt/packet-event.ts'
import type { Packet } from '../../mqtt/packet.ts'
import { Endpoint } from '../../tcp/connection.ts'
import type { FieldSource } from './field-source.ts'
import { Values } from './values.ts'

export interface FieldReaderOptions {
  /** The absolute time of the capture's first timed frame; null before it. */
  readonly clock: () => CaptureClock | null
  /**
   * The field tree of a packet; called at most once for each, and only where a field is asked for that the packet does not hold itself. Left out where the
   * subject is no packet, and so has none.
   */
  readonly decodeFields?: (event: PacketEvent) => readonly FieldNode[]
}

/**
 * Reads fields of the packet or the exchange that is going by: directly where it holds them, else from the packet's field tree, decoded when first needed.
 * Keeps nothing of it but the tree, until the next one.
 */
export class FieldReader {
  /** How often a filter met more values than it tries (LIMITS.filter.pairs), so that its answer may be wrong. */
  incomplete = 0
  readonly #clock: () => CaptureClock | null
  readonly #decodeFields: (event: PacketEvent) => readonly FieldNode[]
  readonly #values = new Values()
  #number = 0
  #packet: Packet | Unframed | null = null
  #tree: readonly FieldNode[] = []

  constructor({ clock, decodeFields = () => [] }: FieldReaderOptions) {
    this.#clock = clock
    this.#decodeFields = decodeFields
  }

  get clock(): CaptureClock | null {
    return this.#clock()
  }

  /** The values of a field, to keep: bytes are copies, addresses are text. Empty where the subject does not have it. */
  values<Subject>(subject: Subject, source: FieldSource<Subject>): readonly FieldValue[] {
    const values = this.#values
    values.count = 0
    source.read(subject, values, this)
    return values.items.slice(0, values.count).map((value) => {
      if (value instanceof Uint8Array) return value.slice()
      return value instanceof Endpoint ? value.address : value
    })
  }

  /** Adds the values that a field has in the tree. A field without a value of its own adds true for each time it is there. */
  readTree(event: PacketEvent, field: Field, values: Values): void {
    if (event.packet.type === 'UNFRAMED') return
    if (event.number !== this.#number || event.packet !== this.#packet) {
      this.#tree = this.#decodeFields(event)
      this.#number = event.number
      this.#packet = event.packet
    }
    collect(this.#tree, field, values)
  }
}

/** A tree is as deep as the standard nests its fields, so this recursion is bounded. */
function collect(nodes: readonly FieldNode[], field: Field, values: Values): void {
  for (const node of nodes) {
    if (node.field === field) {
      if (field.type === 'none') values.add(true)
      // A value that could not be read is null: the field is named in the tree, but there is nothing to compare or to print.
      else if (node.value !== null) values.add(node.value)
    }
    if (node.children.length > 0) collect(node.children, field, values)
  }
}
