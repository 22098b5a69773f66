/** What tshark sees in a capture. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { PACKET_TYPES } from '../../src/mqtt/packet.ts'
import { descendant, readPdml, type PdmlNode } from './pdml.ts'
import type { Facts, SeenPacket } from './seen.ts'

const run = promisify(execFile)

/** The tree of a payload of 300 kB takes some megabytes of PDML. */
const OUTPUT_BYTES = 256 * 1024 * 1024

/** Segments out of order are put in order, as mqtap does; tshark's own default is not to. */
const PREFERENCES = ['tcp.reassemble_out_of_order:TRUE', 'mqtt.show_msg_as_text:FALSE']

export async function readWithTshark(file: string, port = 1883): Promise<SeenPacket[]> {
  const preferences = PREFERENCES.flatMap((preference) => ['-o', preference])
  const args = ['-r', file, '-n', '-d', `tcp.port==${port},mqtt`, ...preferences, '-Y', 'mqtt', '-T', 'pdml', '-J', 'tcp mqtt']
  const { stdout } = await run('tshark', args, { maxBuffer: OUTPUT_BYTES })
  const seen: SeenPacket[] = []
  for (const { number, time, protocols } of readPdml(stdout)) {
    const tcp = protocols.find(({ name }) => name === 'tcp')
    const stream = tcp === undefined ? undefined : descendant(tcp, 'tcp.stream')
    if (stream === undefined) throw new Error(`frame ${number} has no stream`)
    for (const packet of protocols) if (packet.name === 'mqtt') seen.push(asSeen(packet, number, time, Number(stream.show)))
  }
  return seen
}

/** Which fact a field gives, and how its value is written. */
const GIVES: Readonly<Record<string, readonly [keyof Facts, (node: PdmlNode) => string | undefined]>> = {
  'mqtt.protoname': ['protocolName', hex],
  'mqtt.ver': ['protocolLevel', hex],
  'mqtt.conflags': ['connectFlags', hex],
  'mqtt.kalive': ['keepAlive', show],
  'mqtt.conack.flags.sp': ['sessionPresent', show],
  'mqtt.msgid': ['packetIdentifier', show],
  'mqtt.conack.val': ['reasonCodes', show],
  'mqtt.sub.qos': ['options', hex],
  'mqtt.subscription_options': ['options', hex],
  'mqtt.suback.qos': ['reasonCodes', show],
  'mqtt.topic': ['topics', hex],
  'mqtt.clientid': ['clientIdentifier', hex],
  'mqtt.willtopic': ['willTopic', hex],
  'mqtt.willmsg': ['willPayload', hex],
  'mqtt.username': ['userName', hex],
  'mqtt.passwd': ['password', hex],
  'mqtt.msg': ['payload', hex],
  'mqtt.properties': ['properties', properties],
  'mqtt.will_properties': ['willProperties', properties],
}

const REASON_CODE = /^mqtt\.\w+\.reason_code$/

function asSeen(packet: PdmlNode, frame: number, time: string, stream: number): SeenPacket {
  const header = descendant(packet, 'mqtt.hdrflags')
  if (header === undefined) throw new Error(`frame ${frame}: no fixed header`)
  const byte = parseInt(header.value, 16)
  const facts = new Map<keyof Facts, string[]>([['time', [time]], ['length', [String(packet.size)]], ['flags', [String(byte & 0x0f)]]])
  const note = (fact: keyof Facts, value: string | undefined) => {
    if (value !== undefined) facts.set(fact, [...(facts.get(fact) ?? []), value])
  }
  const walk = (node: PdmlNode) => {
    const gives = GIVES[node.name]
    if (node.name === 'mqtt.topic_len' && node.show === '0') note('topics', '')
    else if (node.name === 'mqtt.topic' && node.size === 0) note('resolvedTopic', Buffer.from(node.show).toString('hex'))
    else if (REASON_CODE.test(node.name)) note('reasonCodes', node.show)
    else if (gives !== undefined) note(gives[0], gives[1](node))
    node.children.forEach(walk)
  }
  walk(packet)
  const texts = Object.fromEntries([...facts].map(([name, values]) => [name, values.join(' ')])) as Facts
  return { stream, frame, type: PACKET_TYPES[byte >> 4]!, facts: texts }
}

function hex(node: PdmlNode): string {
  return node.value
}

function show(node: PdmlNode): string {
  return node.show
}

/** `17=120 38=666c656574,6e6f727468`: identifiers in wire order; numbers in decimal, the rest in hex. */
function properties(block: PdmlNode): string | undefined {
  const found: string[] = []
  for (const field of block.children) {
    switch (field.name) {
      case 'mqtt.property_id':
        found.push(`${Number(field.show)}=`)
        break
      case 'mqtt.prop_number':
      case 'mqtt.property.topic_alias':
      case 'mqtt.property.max_qos':
        found[found.length - 1] += field.show
        break
      case 'mqtt.prop_string':
      case 'mqtt.prop_key':
        found[found.length - 1] += field.value
        break
      case 'mqtt.prop_value':
        found[found.length - 1] += `,${field.value}`
        break
      case 'mqtt.property.content_type':
        // A field that includes its two bytes of length.
        found[found.length - 1] += field.value.slice(4)
    }
  }
  return found.join(' ') || undefined
}
