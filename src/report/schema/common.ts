/** Parts that the schemas of machine output share. Text from the wire is exact; see `mqtt/packet.ts` for the meaning of the words. */

export const DRAFT = 'http://json-schema.org/draft-07/schema#'

export const BYTES = { type: 'string', pattern: '^([0-9a-f]{2})*$', description: 'Bytes as lower-case hex.' } as const

/** Text that is not valid UTF-8 stands as its bytes. */
export const ILL_FORMED_TEXT = { type: 'object', properties: { hex: BYTES }, required: ['hex'] } as const

export const TEXT = { anyOf: [{ type: 'string' }, ILL_FORMED_TEXT] } as const
export const TEXT_OR_NULL = { anyOf: [{ type: 'string' }, ILL_FORMED_TEXT, { type: 'null' }] } as const

export const HIDDEN = '***'
/** Passwords and authentication data: the bytes only where the user asked for secrets. */
export const SECRET = { anyOf: [{ const: HIDDEN }, BYTES] } as const

export const BYTE = { type: 'integer', minimum: 0, maximum: 255 } as const
export const UINT16 = { type: 'integer', minimum: 0, maximum: 65_535 } as const
export const COUNT = { type: 'integer', minimum: 0 } as const
/** Counted from 1. */
export const ORDINAL = { type: 'integer', minimum: 1 } as const
export const FLAG = { type: 'boolean' } as const
export const QOS = { enum: [0, 1, 2, 3] } as const

/** Decimal seconds since 1970-01-01 UTC, nine digits; null where the capture has no time. */
export const TIME = { type: ['string', 'null'], pattern: '^-?[0-9]+\\.[0-9]{9}$' } as const

export const SEVERITY = { enum: ['error', 'warning', 'note'] } as const

export const VERSION = { enum: ['3.1', '3.1.1', '5.0', null] } as const
export const VERSION_CERTAINTY = { enum: ['seen', 'given', 'inferred', null] } as const
export const DIRECTION = { enum: ['client-to-server', 'server-to-client', null] } as const

/** A defect of one packet. `start` and `end` count from the first byte of the fixed header, half open. */
export const PROBLEM = {
  type: 'object',
  properties: {
    code: { type: 'string' },
    severity: SEVERITY,
    statements: { type: 'array', items: { type: 'string' } },
    start: COUNT,
    end: COUNT,
    message: { type: 'string' },
  },
  required: ['code', 'severity', 'statements', 'start', 'end', 'message'],
} as const
