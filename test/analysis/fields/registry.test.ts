import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { FIELD_TABLES, PACKET_FIELDS } from '../../../src/analysis/fields.ts'
import { valueNames } from '../../../src/analysis/fields/value-names.ts'
import { MQTT_FIELDS, PROPERTY_FIELDS } from '../../../src/mqtt/fields.ts'
import { PROPERTIES } from '../../../src/mqtt/properties.ts'
import { requireTool } from '../../tools.ts'
import { readerOf } from '../build.ts'
import { PACKET_NAMES, PACKETS } from '../packets.ts'

const names = PACKET_FIELDS.sources.map(({ field }) => field.name)

describe('the registry', () => {
  it('has every field of the decoder', () => {
    expect(MQTT_FIELDS.filter(({ name }) => PACKET_FIELDS.get(name)?.field.name !== name)).toEqual([])
  })

  it('has one typed field for each of the 27 properties, named after it', () => {
    const typed = PROPERTIES.map(({ name, type }) => {
      const { field, kind } = PACKET_FIELDS.get(PROPERTY_FIELDS[name].name)!
      expect(field.name).toMatch(/^mqtt\.property\.[a-z_]+$/)
      const wanted = { 'utf8-string': 'text', 'binary-data': 'bytes', 'utf8-string-pair': 'presence' }[type as string] ?? 'number'
      return `${name} ${kind === wanted ? 'right' : `is ${kind}, not ${wanted}`}`
    })
    expect(typed).toEqual(PROPERTIES.map(({ name }) => `${name} right`))
    expect(typed).toHaveLength(27)
  })

  it('has fields for problems', () => {
    expect(names.filter((name) => name.startsWith('mqtt.problem'))).toEqual([
      'mqtt.problem', 'mqtt.problem.code', 'mqtt.problem.severity', 'mqtt.problem.statement', 'mqtt.problem.message',
    ])
  })

  it('gives each value in the form that its kind promises', () => {
    const reader = readerOf()
    const wrong: string[] = []
    for (const source of PACKET_FIELDS.sources) {
      for (const packet of PACKET_NAMES) {
        for (const value of reader.values(PACKETS[packet](), source)) {
          const right = {
            presence: value === true, boolean: typeof value === 'boolean', number: Number.isSafeInteger(value), time: Number.isFinite(value),
            duration: Number.isFinite(value), text: typeof value === 'string' || value instanceof Uint8Array, bytes: value instanceof Uint8Array,
            address4: /^[\d.]+$/.test(String(value)), address6: /^[0-9a-f:]+$/.test(String(value)),
          }[source.kind]
          if (!right) wrong.push(`${source.field.name} in ${packet}: ${String(value)}`)
        }
      }
    }
    expect(wrong).toEqual([])
  })
})

describe('completion', () => {
  it.each([
    ['a beginning', 'mqtt.problem.', ['mqtt.problem.code', 'mqtt.problem.message', 'mqtt.problem.severity', 'mqtt.problem.statement']],
    ['a beginning in capitals', 'IP.S', ['ip.src', 'ip.src_host']],
    ['a whole name that is the beginning of others', 'mqtt.ver', ['mqtt.ver', 'mqtt.ver.bridge', 'mqtt.version', 'mqtt.version.certainty']],
    ['nothing that any name begins with', 'http', []],
  ])('of %s', (_, prefix, expected) => {
    expect(PACKET_FIELDS.complete(prefix)).toEqual(expected)
  })

  it('of nothing gives all names', () => {
    expect(PACKET_FIELDS.complete('')).toEqual([...names].sort())
  })
})

describe('search', () => {
  it.each([
    ['a part of a name', 'response_top', ['mqtt.property.response_topic']],
    ['a part of a label', 'receive max', ['mqtt.property.receive_maximum']],
    ['capitals', 'KEEP ALIVE', ['mqtt.kalive', 'mqtt.property.server_keep_alive']],
    ['a regular expression', '^tcp\\..*port$', ['tcp.srcport', 'tcp.dstport', 'tcp.port']],
    ['text that is no regular expression', '(not used', ['mqtt.retain_reserved']],
    ['what no field has', 'zigbee', []],
  ])('for %s', (_, pattern, expected) => {
    expect(PACKET_FIELDS.search(pattern).map(({ name }) => name)).toEqual(expected)
  })
})

describe('the nearest name', () => {
  it.each([
    ['a letter is missing', 'mqtt.topc', 'mqtt.topic'],
    ['two letters are swapped', 'mqtt.toipc', 'mqtt.topic'],
    ['the layer is missing', 'clientid', 'mqtt.clientid'],
    ['it is written with an underscore', 'mqtt.client_id', 'mqtt.clientid'],
    ['it is written in capitals', 'MQTT.ClientID', 'mqtt.clientid'],
    ['"property" is missing', 'mqtt.topic_alias', 'mqtt.property.topic_alias'],
    ['only its beginning is there', 'mqtt.dup', 'mqtt.dupflag'],
    ['its beginning is the beginning of several', 'mqtt.conack', 'mqtt.conack.val'],
    ['only its middle is there', 'mqtt.expiry', 'mqtt.property.message_expiry_interval'],
    ['only its middle is there, without the layer', 'passw', 'mqtt.passwd'],
    ['its label is asked for', 'mqtt.payload', 'mqtt.msg'],
    ['its label is asked for, without the layer', 'payload', 'mqtt.msg'],
    ['the beginning of its label is asked for', 'mqtt.packet_id', 'mqtt.msgid'],
    ['two letters are in too many names', 'tcp.tr', null],
    ['its layer has nothing like it', 'tcp.passw', null],
    ['it has nothing to do with any field', 'http.request', null],
    ['it is empty', '', null],
    ['it is far too long', 'mqtt.topic'.repeat(50), null],
  ])('where %s', (_, wrong, expected) => {
    expect(PACKET_FIELDS.nearest(wrong)).toBe(expected)
  })
})

describe.skipIf(!requireTool('tshark'))('beside Wireshark', () => {
  const lines = (topic: string) => execFileSync('tshark', ['-G', topic], { maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'ignore'] }).toString().split('\n')

  it('a field is marked as known to Wireshark where Wireshark has the name', () => {
    const known = new Set(lines('fields').map((line) => line.split('\t')[2]))
    for (const { field } of FIELD_TABLES.flatMap(({ sources }) => sources)) expect(`${field.name} ${String(field.wireshark)}`).toBe(`${field.name} ${String(known.has(field.name))}`)
  })

  it('a filter may use each name that Wireshark has for a value', () => {
    const missing: string[] = []
    for (const line of lines('values')) {
      const [kind, fieldName, value, name] = line.split('\t')
      const field = PACKET_FIELDS.get(fieldName ?? '')?.field
      if (kind !== 'V' || field === undefined || name === undefined || !fieldName!.startsWith('mqtt.')) continue
      const ours = valueNames(field)?.values.get(name.toLowerCase())
      if (ours !== Number(value)) missing.push(`${fieldName} ${value} ${name}: ${ours}`)
    }
    expect(missing).toEqual([
      // Wireshark lists the unused 16th type of a four-bit number under the name of the 0th.
      'mqtt.msgtype 16 Reserved: 0',
    ])
  })
})
