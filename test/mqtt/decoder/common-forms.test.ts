/** The straight way and the long way make the same packets: with a recorder, only the long way is taken. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LIMITS } from '../../../src/analysis/limits.ts'
import { PacketDecoder } from '../../../src/mqtt/decoder.ts'
import { FieldRecorder } from '../../../src/mqtt/field.ts'
import { VERSIONS, type Direction } from '../../../src/mqtt/version.ts'

const topic = fc.oneof(
  fc.constantFrom('a', 'a/b', 'site/plant-7/line/3/temp', 'ä/☃', '', '#', 'a/+/b', '$share/g/a', '$SYS/x', 'a\u0000b', 'a\u0007', 'x'.repeat(140), 'x'.repeat(300)).map((text) => [...new TextEncoder().encode(text)]),
  fc.array(fc.nat(255), { maxLength: 6 }),
)
const publish = fc.record({ flags: fc.nat(15), topic, identifier: fc.option(fc.constantFrom(0, 1, 65535)), properties: fc.option(fc.constantFrom(0, 2)), payload: fc.array(fc.nat(255), { maxLength: 150 }) })
  .map(({ flags, topic, identifier, properties, payload }) => {
    const body = [topic.length >> 8, topic.length & 255, ...topic, ...(identifier === null ? [] : [identifier >> 8, identifier & 255])]
    if (properties !== null) body.push(properties, ...(properties === 2 ? [1, 1] : []))
    body.push(...payload)
    return [0x30 | flags, ...(body.length < 128 ? [body.length] : [(body.length & 127) | 128, body.length >> 7]), ...body]
  })
const acknowledgement = fc.tuple(fc.constantFrom(0x40, 0x50, 0x60, 0x62, 0x6a, 0x70, 0x42), fc.constantFrom(0, 1, 258), fc.constantFrom([], [0], [0x10], [0, 0]))
  .map(([first, identifier, rest]) => [first, 2 + rest.length, identifier >> 8, identifier & 255, ...rest])
const mutated = fc.tuple(fc.oneof(publish, acknowledgement), fc.array(fc.tuple(fc.nat(20), fc.nat(255)), { maxLength: 2 }), fc.nat(3)).map(([bytes, changes, cut]) => {
  const packet = Uint8Array.from(bytes.slice(0, Math.max(1, bytes.length - cut)))
  for (const [at, value] of changes) if (at < packet.length) packet[at] = value
  return packet
})

test('for whatever bytes, in each version and direction', () => {
  const straight = new PacketDecoder(LIMITS.mqtt)
  const long = new PacketDecoder(LIMITS.mqtt)
  fc.assert(
    fc.property(mutated, fc.constantFrom(...VERSIONS), fc.constantFrom<Direction | null>('client-to-server', 'server-to-client', null), (bytes, version, direction) => {
      const one = straight.decode(bytes, 0, bytes.length, bytes.length, version, direction, null)
      const other = long.decode(bytes, 0, bytes.length, bytes.length, version, direction, new FieldRecorder())
      expect(one).toEqual(other)
      expect(Object.keys(one)).toEqual(Object.keys(other))
      expect(straight.problems).toEqual(long.problems)
    }),
    { numRuns: 4000 },
  )
})
