import { LIMITS } from '../analysis/limits.ts'
import { TextOutput } from '../io/output.ts'
import { connectVersion, PacketDecoder } from '../mqtt/decoder.ts'
import { FieldRecorder } from '../mqtt/field.ts'
import { IMPOSSIBLE, INCOMPLETE, packetLength } from '../mqtt/fixed-header.ts'
import { VersionInference } from '../mqtt/version-inference.ts'
import { ANSI, PLAIN, wantsColour } from '../report/colour.ts'
import { decodedObject, decodedText, leftOverObject, leftOverText } from '../report/decoded-packet.ts'
import { jsonText } from '../report/json-text.ts'
import { givenBytes } from './decode-input.ts'
import { EXIT } from './exit.ts'
import { failsOn } from './fail-on.ts'
import { flag, mqttVersion, oneOf, wholeNumber } from './option-values.ts'
import { COLOUR_CHOICES, DECODE_FORMATS, DIRECTIONS, FAIL_LEVELS, PAYLOAD_MODES } from './options.ts'
import type { Packet } from '../mqtt/packet.ts'
import type { Problem } from '../mqtt/problem.ts'
import type { Direction, Version, VersionCertainty } from '../mqtt/version.ts'
import type { DecodedPacket } from '../report/decoded-packet.ts'
import type { ExitCode } from './exit.ts'
import type { Arguments } from './option-values.ts'

/** `mqtap decode HEX`: the fields of packets that stand behind each other in some bytes. */

export async function decode(args: Arguments, words: readonly string[]): Promise<ExitCode> {
  const format = oneOf(args, 'f', DECODE_FORMATS) ?? 'detail'
  const showSecrets = flag(args, 'show-secrets')
  const payloadBytes = wholeNumber(args, 'payload-bytes', LIMITS.mqtt.decodedBytes) ?? LIMITS.mqtt.payloadKept
  const palette = wantsColour(oneOf(args, 'color', COLOUR_CHOICES) ?? 'auto', process.env, process.stdout.isTTY === true) ? ANSI : PLAIN
  const payload = oneOf(args, 'payload', PAYLOAD_MODES) ?? 'preview'
  const failOn = oneOf(args, 'fail-on', FAIL_LEVELS) ?? 'never'
  const version = mqttVersion(args)
  const direction = oneOf(args, 'direction', DIRECTIONS) ?? null
  const { bytes, spelling } = await givenBytes(words, { base64: flag(args, 'base64') })

  const { packets, end } = decodePackets(bytes, version, direction)
  const output = new TextOutput()
  if (format === 'detail') {
    output.write(`${bytes.length} ${bytes.length === 1 ? 'byte' : 'bytes'}, read as ${spelling}\n`)
    for (const packet of packets) output.write(`\n${decodedText(packet, { palette, payload, payloadBytes, showSecrets, bytes: flag(args, 'x') })}`)
    if (end < bytes.length) output.write(`\n${leftOverText(bytes, end)}`)
  } else {
    const objects = packets.map((packet) => decodedObject(packet, { showSecrets, payloadBytes }))
    if (end < bytes.length) objects.push(leftOverObject(bytes, end, packets.length + 1))
    const lines = objects.map((object) => jsonText(object))
    output.write(format === 'json' ? `[\n${lines.join(',\n')}\n]\n` : `${lines.join('\n')}\n`)
  }
  await output.drained()
  if (end < bytes.length || packets.some((packet) => packet.end - packet.start < packet.length)) return EXIT.unreadable
  return failsOn(failOn, packets.flatMap(({ problems }) => problems)) ? EXIT.findings : EXIT.clean
}

interface Extent {
  readonly start: number
  /** Of what is at hand. */
  readonly end: number
  readonly length: number
}

/** `end`: where what is left over begins. */
function decodePackets(bytes: Uint8Array, given: Version | null, direction: Direction | null): { packets: DecodedPacket[]; end: number } {
  const extents = packetExtents(bytes)
  const decoder = new PacketDecoder(LIMITS.mqtt)
  const inference = inferVersion(decoder, bytes, extents, direction)
  let version: Version | null = given
  let versionCertainty: VersionCertainty | null = given === null ? null : 'given'
  const packets = extents.map(({ start, end, length }, index): DecodedPacket => {
    const recorder = new FieldRecorder()
    let packet: Packet = decoder.decode(bytes, start, end, length, version ?? inference.version ?? '3.1.1', direction, recorder)
    let problems: readonly Problem[] = decoder.problems
    const nodes = recorder.take()
    if (packet.type === 'CONNECT') {
      version = connectVersion(packet)
      versionCertainty = version === null ? null : 'seen'
    } else if (version === null) {
      ;({ packet, problems } = inference.decode(decoder, bytes, start, end, length, direction))
    }
    const told = version ?? (packet.type === 'CONNECT' ? null : inference.version)
    return {
      number: index + 1, packet, problems, nodes, version: told, versionCertainty: versionCertainty ?? (told === null ? null : 'inferred'), direction,
      buffer: bytes, start, end, length,
    }
  })
  return { packets, end: extents.at(-1)?.end ?? 0 }
}

/** Packets behind each other. The last one may be cut off; behind an impossible length nothing can be found. */
function packetExtents(bytes: Uint8Array): Extent[] {
  const extents: Extent[] = []
  for (let start = 0; start < bytes.length; ) {
    const length = packetLength(bytes, start, bytes.length)
    if (length === INCOMPLETE) break
    if (length === IMPOSSIBLE) {
      const end = Math.min(start + 5, bytes.length)
      extents.push({ start, end, length: end - start })
      break
    }
    const end = Math.min(start + length, bytes.length)
    extents.push({ start, end, length })
    start = end
  }
  return extents
}

/** Hears all packets before the first one is shown, so that what is shown of it does not depend on what comes later. */
function inferVersion(decoder: PacketDecoder, bytes: Uint8Array, extents: readonly Extent[], direction: Direction | null): VersionInference {
  const inference = new VersionInference()
  for (const { start, end, length } of extents) {
    // A packet that is cut off fits every version.
    if (bytes[start]! >> 4 !== CONNECT && end - start === length) inference.decode(decoder, bytes, start, end, length, direction)
  }
  return inference
}

const CONNECT = 1
