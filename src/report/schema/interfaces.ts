import { DRAFT } from './common.ts'
import type { FromSchema } from './from-schema.ts'

/** `mqtap interfaces -f json`: one object. */

const INTERFACES = {
  type: 'object',
  properties: {
    schema: { const: 'mqtap.interfaces/1' },
    interfaces: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          name: { type: 'string' },
          kind: { type: ['string', 'null'], description: 'Such as loopback, ethernet, wireless; null where it is not known.' },
          state: { enum: ['up', 'no-carrier', 'down', null] },
          mtu: { type: ['integer', 'null'], minimum: 0 },
          addresses: { type: 'array', items: { type: 'string' }, description: 'With prefix lengths: 192.0.2.1/24.' },
          engines: { type: 'array', items: { type: 'string' }, description: 'What can capture from it.' },
        },
        required: ['name', 'kind', 'state', 'mtu', 'addresses', 'engines'],
      },
    },
    engines: {
      type: 'array',
      items: {
        type: 'object',
        properties: { name: { type: 'string' }, trouble: { type: ['string', 'null'], description: 'Why it cannot be used, in one sentence.' } },
        required: ['name', 'trouble'],
      },
    },
  },
  required: ['schema', 'interfaces', 'engines'],
} as const

export const INTERFACES_SCHEMA = { $schema: DRAFT, $id: 'mqtap.interfaces/1', title: 'Network interfaces to capture from', ...INTERFACES }

export type InterfacesObject = FromSchema<typeof INTERFACES>
