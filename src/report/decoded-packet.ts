import { toHex } from '../bytes/hex.ts'
import { byteDump } from './byte-dump.ts'
import { fieldTree } from './field-tree.ts'
import { packetFields } from './packet-fields.ts'
import { DECODED_SCHEMA_NAME } from './schema/decode.ts'
import { HIDDEN } from './schema/common.ts'
import { hiddenRanges, isHidden } from './secrets.ts'
import type { FieldNode } from '../mqtt/field.ts'
import type { Packet } from '../mqtt/packet.ts'
import type { Problem } from '../mqtt/problem.ts'
import type { Direction, Version, VersionCertainty } from '../mqtt/version.ts'
import type { FieldOptions } from './packet-fields.ts'
import type { TreeOptions } from './field-tree.ts'
import type { DecodedObject, NodeObject } from './schema/decode.ts'

/** What `mqtap decode` shows of one packet, as text for people and as an object for programs. */

export interface DecodedPacket {
  /** From 1. */
  readonly number: number
  readonly packet: Packet
  readonly problems: readonly Problem[]
  readonly nodes: readonly FieldNode[]
  /** Null where neither a CONNECT nor the user nor the packets tell; then it is shown as 3.1.1 would have it. */
  readonly version: Version | null
  readonly versionCertainty: VersionCertainty | null
  readonly direction: Direction | null
  /** The packet's bytes at hand are `buffer[start..end)`, of `length`. */
  readonly buffer: Uint8Array
  readonly start: number
  readonly end: number
  readonly length: number
}

export interface DecodedTextOptions extends TreeOptions {
  /** Show the bytes too. */
  readonly bytes: boolean
}

export function decodedText(decoded: DecodedPacket, options: DecodedTextOptions): string {
  const { packet, buffer, start, end, length, problems, nodes } = decoded
  const { bold, reset } = options.palette
  const parts = [`${bold}Packet ${decoded.number}: ${packet.type}${reset}`, `${length} bytes at offset ${start}`, versionText(decoded)]
  if (decoded.direction !== null) parts.push(decoded.direction === 'client-to-server' ? 'client to server' : 'server to client')
  let text = `${parts.join(', ')}\n`
  text += fieldTree(nodes, { type: packet.type, buffer, start, problems }, options)
  if (end - start < length) text += `  Cut off: ${length - (end - start)} of ${length} bytes are missing\n`
  if (options.bytes) text += byteDump(buffer, start, end, length, options.showSecrets ? [] : hiddenRanges(nodes, packet.type))
  return text
}

function versionText({ version, versionCertainty }: DecodedPacket): string {
  if (version === null) return 'version unknown (shown as MQTT 3.1.1; --mqtt-version sets it)'
  return versionCertainty === 'inferred' ? `MQTT ${version} (inferred; --mqtt-version sets it)` : `MQTT ${version}`
}

export function leftOverText(buffer: Uint8Array, start: number): string {
  const left = buffer.length - start
  return `Left over: ${left} ${left === 1 ? 'byte' : 'bytes'} at offset ${start} that begin no packet\n${byteDump(buffer, start, buffer.length, left, [])}`
}

export function decodedObject(decoded: DecodedPacket, options: FieldOptions): DecodedObject {
  const { packet, buffer, start, end, length } = decoded
  return {
    schema: DECODED_SCHEMA_NAME,
    number: decoded.number,
    offset: start,
    direction: decoded.direction,
    version: decoded.version,
    versionCertainty: decoded.versionCertainty,
    type: packet.type,
    length,
    complete: end - start === length,
    fields: packetFields({ packet, resolvedTopicName: undefined, buffer, start, end }, options),
    problems: decoded.problems.map(({ code, severity, statements, start: from, end: to, message }) => ({ code, severity, statements, start: from, end: to, message })),
    tree: decoded.nodes.map((node) => nodeObject(node, packet.type, options)),
  }
}

export function leftOverObject(buffer: Uint8Array, start: number, number: number): DecodedObject {
  return {
    schema: DECODED_SCHEMA_NAME,
    number,
    offset: start,
    direction: null,
    version: null,
    versionCertainty: null,
    type: 'UNFRAMED',
    length: buffer.length - start,
    bytes: toHex(buffer, start, buffer.length),
    complete: false,
    fields: {},
    problems: [],
    tree: [],
  }
}

function nodeObject(node: FieldNode, type: Packet['type'], options: FieldOptions): NodeObject {
  const { field, meaning, start, end, mask } = node
  const value = !options.showSecrets && isHidden(field, type) ? HIDDEN : nodeValue(node, options)
  return { name: field.name, label: field.label, value, meaning, start, end, mask, children: node.children.map((child) => nodeObject(child, type, options)) }
}

function nodeValue({ field, value }: FieldNode, options: FieldOptions): NodeObject['value'] {
  if (!(value instanceof Uint8Array)) return value
  const hex = toHex(value, 0, Math.min(value.length, options.payloadBytes))
  // Text that is not UTF-8.
  return field.type === 'string' ? { hex } : hex
}
