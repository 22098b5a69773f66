/**
 * What packets exercise, counted as they go by: so that `pass` means something, at the price of one addition for most packets.
 *
 * A case is a kind of packet (`PUBLISH qos>0`), a property in one (`PUBLISH.responseTopic`), or a feature that has a name (`CONNECT with will`). Counts are kept
 * apart by version, by sender, and by what is missing of the connection, so that a statement that needs evidence counts only where there was some.
 */
import { PROPERTIES } from '../mqtt/properties.ts'
import { PACKET_TYPES, propertyValue, type Packet, type PacketType, type Properties, type PropertyName } from '../mqtt/packet.ts'
import { VERSIONS, type Version } from '../mqtt/version.ts'
import { SIDES, type Side } from '../session/side.ts'
import { reasonNotToJudge, type Evidence, type Reason } from './evidence.ts'

/** Flags of byte 1 of a PUBLISH. */
type PublishFlag = 'qos0' | 'qos1' | 'qos2' | 'qos>0' | 'retain' | 'no-retain' | 'dup' | 'no-dup'

/** What a packet has that is not seen from byte 1 or its properties: name, which begins with the type, and test. */
const FEATURES = {
  'CONNECT with will': (packet) => packet.type === 'CONNECT' && packet.willFlag === true,
  'CONNECT without will': (packet) => packet.type === 'CONNECT' && packet.willFlag === false,
  'CONNECT with user name': (packet) => packet.type === 'CONNECT' && packet.userNameFlag === true,
  'CONNECT without user name': (packet) => packet.type === 'CONNECT' && packet.userNameFlag === false,
  'CONNECT with password': (packet) => packet.type === 'CONNECT' && packet.passwordFlag === true,
  'CONNECT with user name or password': (packet) => packet.type === 'CONNECT' && (packet.userNameFlag === true || packet.passwordFlag === true),
  'CONNECT without password': (packet) => packet.type === 'CONNECT' && packet.passwordFlag === false,
  'CONNECT with empty client identifier': (packet) => packet.type === 'CONNECT' && packet.clientIdentifier === '',
  'CONNECT clean': (packet) => packet.type === 'CONNECT' && packet.cleanStart === true,
  'CONNECT not clean': (packet) => packet.type === 'CONNECT' && packet.cleanStart === false,
  'CONNECT without authentication method': (packet) => packet.type === 'CONNECT' && propertyValue(packet.properties, 'authenticationMethod') === undefined,
  'CONNACK accepting': (packet) => packet.type === 'CONNACK' && packet.reasonCode === 0,
  'CONNACK refusing': (packet) => packet.type === 'CONNACK' && packet.reasonCode !== undefined && packet.reasonCode > 0,
  'SUBSCRIBE shared': (packet) => packet.type === 'SUBSCRIBE' && packet.subscriptions.some(({ topicFilter }) => startsWith(topicFilter, '$share/')),
  'SUBSCRIBE wildcard': (packet) => packet.type === 'SUBSCRIBE' && packet.subscriptions.some(({ topicFilter }) => hasWildcard(topicFilter)),
  'SUBSCRIBE of several filters': (packet) => packet.type === 'SUBSCRIBE' && packet.subscriptions.length > 1,
  'UNSUBSCRIBE wildcard': (packet) => packet.type === 'UNSUBSCRIBE' && packet.topicFilters.some(hasWildcard),
  'UNSUBSCRIBE of several filters': (packet) => packet.type === 'UNSUBSCRIBE' && packet.topicFilters.length > 1,
} as const satisfies Readonly<Record<string, (packet: Packet) => boolean>>

export type FeatureName = keyof typeof FEATURES

/** `will.` are the properties of a will. */
export type CaseName = PacketType | `PUBLISH ${PublishFlag}` | `PUBLISH ${PublishFlag} ${PublishFlag}` | FeatureName | `${PacketType | 'will'}.${PropertyName}`

/** Byte 1 as it stands; then 64 places of properties for each packet type, wills in place of type 0; then the features. */
const PROPERTIES_AT = 256
const PROPERTIES_EACH = 64
const FEATURES_AT = PROPERTIES_AT + 16 * PROPERTIES_EACH
const FEATURE_NAMES = Object.keys(FEATURES) as FeatureName[]
const CELLS = FEATURES_AT + FEATURE_NAMES.length

interface FeatureTest {
  readonly cell: number
  readonly test: (packet: Packet) => boolean
}

/** By the number of the packet type. */
const FEATURE_TESTS: readonly (readonly FeatureTest[])[] = PACKET_TYPES.map((type) =>
  FEATURE_NAMES.flatMap((name, index) => (name.startsWith(`${type} `) ? [{ cell: FEATURES_AT + index, test: FEATURES[name] }] : [])))

/** Counts of the packets of connections of one version that lack the same evidence. */
export interface CaseRow {
  readonly version: Version
  readonly missing: Evidence
  readonly client: Float64Array
  readonly server: Float64Array
}

/** What looks at packets of these cases, on connections that have what it needs. */
export interface Exerciser {
  readonly cases: readonly CaseName[]
  readonly needs: Evidence
}

export class CaseCounts {
  readonly #rows = new Map<number, CaseRow>()

  /** The row to count in; the same one for the same question. */
  row(version: Version, missing: Evidence): CaseRow {
    const key = missing * VERSIONS.length + VERSIONS.indexOf(version)
    let row = this.#rows.get(key)
    if (row === undefined) {
      row = { version, missing, client: new Float64Array(CELLS), server: new Float64Array(CELLS) }
      this.#rows.set(key, row)
    }
    return row
  }

  /**
   * Packets that `side` sent and that any of these looks at: one that several do counts once. Those of connections that lack what each of these needs are not
   * judged, for a reason.
   */
  count(exercisers: readonly Exerciser[], version: Version, side: Side, notJudged: (reason: Reason, count: number) => void): number {
    const cells = exercisers.map(({ cases }) => cellsOf(cases))
    let judged = 0
    for (const row of this.#rows.values()) {
      if (row.version !== version) continue
      const counted = new Set<number>()
      const countNew = (of: ReadonlySet<number>): number => {
        let count = 0
        for (const cell of of) {
          if (!counted.has(cell)) count += row[side][cell]!
          counted.add(cell)
        }
        return count
      }
      const reasons = exercisers.map(({ needs }) => reasonNotToJudge(needs, row.missing))
      reasons.forEach((reason, index) => {
        if (reason === null) judged += countNew(cells[index]!)
      })
      reasons.forEach((reason, index) => {
        const count = reason === null ? 0 : countNew(cells[index]!)
        if (count > 0) notJudged(reason!, count)
      })
    }
    return judged
  }

  /** Versions of which any packet was counted. */
  get versions(): readonly Version[] {
    const rows = [...this.#rows.values()]
    return VERSIONS.filter((version) => rows.some((row) => row.version === version && SIDES.some((side) => row[side].some((count) => count > 0))))
  }
}

/** Counts a packet, whose byte 1 is `byte`. */
export function countCases(counts: Float64Array, byte: number, packet: Packet): void {
  counts[byte]!++
  const type = byte >> 4
  const properties = (packet as { readonly properties?: Properties }).properties
  if (properties !== undefined && properties.length > 0) countProperties(counts, type, properties)
  const tests = FEATURE_TESTS[type]!
  if (tests.length === 0) return
  if (packet.type === 'CONNECT') countProperties(counts, WILL, packet.will?.properties)
  for (const { cell, test } of tests) if (test(packet)) counts[cell]!++
}

function countProperties(counts: Float64Array, type: number, properties: Properties): void {
  for (const { id, name } of properties ?? []) if (name !== null) counts[PROPERTIES_AT + type * PROPERTIES_EACH + id]!++
}

/** In place of RESERVED, which has no properties. */
const WILL = 0

/** Whether each packet of this type is one of these cases. */
export function coversType(cases: readonly CaseName[], type: PacketType): boolean {
  const cells = cellsOf(cases)
  return cellsOfCase(type).every((cell) => cells.has(cell))
}

function cellsOf(cases: readonly CaseName[]): ReadonlySet<number> {
  return new Set(cases.flatMap(cellsOfCase))
}

function cellsOfCase(name: CaseName): readonly number[] {
  const feature = FEATURE_NAMES.indexOf(name as FeatureName)
  if (feature >= 0) return [FEATURES_AT + feature]
  const [packet, property] = name.split('.') as [PacketType | 'will', PropertyName | undefined]
  if (property !== undefined) {
    const type = packet === 'will' ? WILL : PACKET_TYPES.indexOf(packet)
    return [PROPERTIES_AT + type * PROPERTIES_EACH + PROPERTIES.find(({ name: each }) => each === property)!.id]
  }
  const [type, ...words] = name.split(' ')
  const bytes = Array.from({ length: 16 }, (_, flags) => (PACKET_TYPES.indexOf(type as PacketType) << 4) | flags)
  return words.length === 0 ? bytes : bytes.filter((byte) => words.every((word) => hasFlag(byte, word)))
}

function hasFlag(byte: number, word: string): boolean {
  const qos = (byte >> 1) & 0x03
  switch (word) {
    case 'qos0': return qos === 0
    case 'qos1': return qos === 1
    case 'qos2': return qos === 2
    case 'qos>0': return qos > 0
    case 'retain': return (byte & 0x01) !== 0
    case 'no-retain': return (byte & 0x01) === 0
    case 'dup': return (byte & 0x08) !== 0
    case 'no-dup': return (byte & 0x08) === 0
    default: throw new Error(`there is no flag ${word} of a PUBLISH`)
  }
}

function startsWith(text: unknown, prefix: string): boolean {
  return typeof text === 'string' && text.startsWith(prefix)
}

function hasWildcard(text: unknown): boolean {
  return typeof text === 'string' && /[+#]/.test(text)
}
