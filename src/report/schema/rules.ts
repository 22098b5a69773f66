import { VERSIONS, type Version } from '../../mqtt/version.ts'
import { DRAFT, SEVERITY } from './common.ts'
import type { FromSchema } from './from-schema.ts'

/** `mqtap rules -f json`: one object with all statements of the standards and all rules that judge them. */

export const RULES_SCHEMA_NAME = 'mqtap.rules/1'

const IDS = { type: 'array', items: { type: 'string' } } as const

const STATEMENT = {
  type: 'object',
  properties: {
    version: { enum: VERSIONS },
    id: { type: 'string' },
    section: { type: ['string', 'null'], description: 'Of the standard; null where it is not known (most of 3.1).' },
    packet: { type: 'string', description: 'The packet or subject that it speaks of.' },
    actor: { enum: ['client', 'server', 'both'], description: 'Who must obey.' },
    statement: { type: 'string', description: 'What it asks, in our words.' },
    observable: { enum: ['packet', 'connection', 'session', 'cross-connection', 'no'], description: 'How much must be seen to judge it; `no`: no capture can tell.' },
    how: { type: 'string', description: 'What an observer looks for.' },
    judgedBy: { ...IDS, description: 'Rules, and problems of single packets.' },
  },
  required: ['version', 'id', 'section', 'packet', 'actor', 'statement', 'observable', 'how', 'judgedBy'],
} as const

const RULE = {
  type: 'object',
  properties: {
    rule: { type: 'string' },
    severity: { ...SEVERITY, description: 'The greatest, where it differs by version.' },
    statements: {
      type: 'object',
      properties: Object.fromEntries(VERSIONS.map((version) => [version, IDS])) as Readonly<Record<Version, typeof IDS>>,
      description: 'Ids of the statements that it judges in each version; a version in which it judges none is left out.',
    },
    title: { type: 'string' },
  },
  required: ['rule', 'severity', 'statements', 'title'],
} as const

const RULES = {
  type: 'object',
  properties: {
    schema: { const: RULES_SCHEMA_NAME },
    statements: { type: 'array', items: STATEMENT },
    rules: { type: 'array', items: RULE },
  },
  required: ['schema', 'statements', 'rules'],
} as const

export const RULES_SCHEMA = { $schema: DRAFT, $id: RULES_SCHEMA_NAME, title: 'Statements of the standards and the rules that judge them', ...RULES }

export type RulesObject = FromSchema<typeof RULES>
