import { DRAFT } from './common.ts'
import type { FromSchema } from './from-schema.ts'

/** `mqtap fields -f ndjson`: one object for each field. */

const FIELD = {
  type: 'object',
  properties: {
    schema: { const: 'mqtap.field/1' },
    name: { type: 'string', description: 'As filters and columns name it.' },
    label: { type: 'string', description: "The standard's own words." },
    type: { enum: ['none', 'boolean', 'unsigned', 'string', 'bytes', 'address', 'absolute-time', 'duration'] },
    source: { type: ['string', 'null'], description: 'Where the standards define it.' },
    wireshark: { type: 'boolean', description: 'Whether Wireshark 4.0 knows the name.' },
    of: { type: 'array', items: { enum: ['packets', 'exchanges'] }, description: 'What has it: packets (mqtap read), exchanges (mqtap flows), or both.' },
  },
  required: ['schema', 'name', 'label', 'type', 'source', 'wireshark', 'of'],
} as const

export const FIELD_SCHEMA = { $schema: DRAFT, $id: 'mqtap.field/1', title: 'A field of filters and columns', ...FIELD }

export type FieldObject = FromSchema<typeof FIELD>
