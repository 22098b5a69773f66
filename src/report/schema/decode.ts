import { BYTES, COUNT, DIRECTION, DRAFT, HIDDEN, ILL_FORMED_TEXT, ORDINAL, PROBLEM, VERSION, VERSION_CERTAINTY } from './common.ts'
import { FIELDS_BY_TYPE, FIELDS_DEPEND_ON_TYPE } from './packet-fields.ts'
import type { FromSchema } from './from-schema.ts'
import type { PacketFields } from './packet-fields.ts'

/** `mqtap decode -f ndjson` and `-f json`: one object for each packet, and one of type UNFRAMED for bytes that are left over. */

export const DECODED_SCHEMA_NAME = 'mqtap.decoded/1'

/** A field of the tree, without what it holds. Ranges count from the first byte of the fixed header, half open. */
const NODE = {
  type: 'object',
  properties: {
    name: { type: 'string', description: 'Display filter name.' },
    label: { type: 'string', description: "The standard's own words." },
    value: {
      anyOf: [{ type: 'number' }, { type: 'boolean' }, { type: 'string', description: `Text; bytes as hex; ${HIDDEN} for secrets.` }, ILL_FORMED_TEXT, { type: 'null' }],
    },
    meaning: { type: ['string', 'null'] },
    start: COUNT,
    end: COUNT,
    mask: { ...COUNT, description: 'Which bits of its byte; 0 where the field is whole bytes.' },
  },
  required: ['name', 'label', 'value', 'meaning', 'start', 'end', 'mask'],
} as const

export type NodeObject = FromSchema<typeof NODE> & { readonly children: readonly NodeObject[] }

const ENVELOPE = {
  type: 'object',
  properties: {
    schema: { const: DECODED_SCHEMA_NAME },
    number: ORDINAL,
    offset: { ...COUNT, description: 'Of the first byte, in the bytes given.' },
    direction: DIRECTION,
    version: VERSION,
    versionCertainty: VERSION_CERTAINTY,
    type: { enum: Object.keys(FIELDS_BY_TYPE) as (keyof typeof FIELDS_BY_TYPE)[] },
    length: { ...COUNT, description: 'The whole packet with its fixed header, in bytes, as it says itself.' },
    bytes: { ...BYTES, description: 'UNFRAMED only: the bytes that are left over.' },
    complete: { type: 'boolean', description: 'False where bytes of the packet are missing.' },
    problems: { type: 'array', items: PROBLEM },
  },
  required: ['schema', 'number', 'offset', 'direction', 'version', 'versionCertainty', 'type', 'length', 'complete', 'problems'],
} as const

export const DECODED_SCHEMA = {
  $schema: DRAFT,
  $id: DECODED_SCHEMA_NAME,
  title: 'A decoded MQTT packet',
  ...ENVELOPE,
  properties: { ...ENVELOPE.properties, tree: { type: 'array', items: { $ref: '#/definitions/node' } } },
  required: [...ENVELOPE.required, 'fields', 'tree'],
  allOf: FIELDS_DEPEND_ON_TYPE,
  definitions: {
    node: {
      ...NODE,
      properties: { ...NODE.properties, children: { type: 'array', items: { $ref: '#/definitions/node' } } },
      required: [...NODE.required, 'children'],
    },
  },
}

export type DecodedObject = FromSchema<typeof ENVELOPE> & { fields: PacketFields; tree: readonly NodeObject[] }
