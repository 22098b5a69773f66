import { DRAFT, FLAG } from './common.ts'
import type { FromSchema } from './from-schema.ts'

/** `mqtap doctor -f json`: one object. */

const COMMANDS = { type: ['string', 'null'], description: 'Commands that mend it, a line each; null where none is needed or known.' } as const

const DOCTOR = {
  type: 'object',
  properties: {
    schema: { const: 'mqtap.doctor/1' },
    canCapture: { type: 'boolean', description: 'Some engine can capture, as far as can be told without trying.' },
    engines: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          name: { type: 'string' },
          timestamps: { enum: ['kernel', 'arrival'], description: 'Who stamps frames: the kernel, or a program when it gets them.' },
          usable: FLAG,
          trouble: { type: ['string', 'null'], description: 'Why it cannot be used, in one sentence.' },
          mend: COMMANDS,
        },
        required: ['name', 'timestamps', 'usable', 'trouble', 'mend'],
      },
    },
    checks: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          name: { type: 'string' },
          health: { enum: ['good', 'limited', 'missing'] },
          says: { type: 'string', description: 'What was found, or what is missing, for people.' },
          mend: COMMANDS,
        },
        required: ['name', 'health', 'says', 'mend'],
      },
    },
  },
  required: ['schema', 'canCapture', 'engines', 'checks'],
} as const

export const DOCTOR_SCHEMA = { $schema: DRAFT, $id: 'mqtap.doctor/1', title: 'What a machine has to capture with', ...DOCTOR }

export type DoctorObject = FromSchema<typeof DOCTOR>
