import { LIMITS } from './limits.ts'
import { PacketDecoder } from '../mqtt/decoder.ts'
import { decodeFields } from '../mqtt/detail.ts'
import type { FieldNode } from '../mqtt/field.ts'
import type { PacketEvent } from '../mqtt/packet-event.ts'

/** The field tree of the packet going by, decoded once however many ask for it. */
export function treeDecoder(): (event: PacketEvent) => readonly FieldNode[] {
  const decoder = new PacketDecoder(LIMITS.mqtt)
  let number = 0
  let tree: readonly FieldNode[] = []
  return (event) => {
    if (event.number !== number) tree = decodeFields(decoder, event)
    number = event.number
    return tree
  }
}
