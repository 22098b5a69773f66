import { toHex } from '../../bytes/hex.ts'
import type { CaptureClock } from '../../capture/frame.ts'
import type { Field } from '../../mqtt/field.ts'
import { FIELDS } from '../../mqtt/fields.ts'
import { Endpoint } from '../../tcp/connection.ts'
import { DateText, durationText, epochText } from './time-text.ts'
import type { Value, ValueKind } from './values.ts'

/**
 * One value as text, in the form that columns have: flags as 1 and 0, and so a field that has no value of its own but is there; bytes as lower-case hex;
 * text exact but for control characters, which are `\xNN`.
 */

/** The clock is needed for absolute times only. What is secret is not masked here. */
export type ValueText = (value: Value, clock: CaptureClock | null) => string

/** Bit sets and identifiers, which Wireshark writes as two hex digits. */
const HEX_FIELDS: ReadonlySet<Field | null> = new Set([
  FIELDS.headerFlags, FIELDS.connectFlags, FIELDS.acknowledgeFlags, FIELDS.subscriptionOptions, FIELDS.optionsReserved, FIELDS.propertyIdentifier,
])

/** Whether the values are numbers whose text is decimal. */
export function isPlainNumber(kind: ValueKind, field: Field | null): boolean {
  return kind === 'number' && !HEX_FIELDS.has(field)
}

/** Makes text of the values of one kind; `field` is null for what no field holds but a filter computes. */
export function valueText(kind: ValueKind, field: Field | null): ValueText {
  switch (kind) {
    case 'presence':
    case 'boolean':
      return (value) => (value === true ? '1' : '0')
    case 'number':
      return isPlainNumber(kind, field) ? (value) => `${value as number}` : (value) => `0x${(value as number).toString(16).padStart(2, '0')}`
    case 'text':
    case 'bytes':
      return (value) => (typeof value === 'string' ? escapeControls(value) : hexText(value))
    case 'address4':
    case 'address6':
      return (value) => (value instanceof Endpoint ? value.address : String(value))
    case 'duration':
      return (value) => durationText(value as number)
    case 'time': {
      if (field?.name === 'frame.time_epoch') return (value, clock) => (clock === null ? '' : epochText(clock, value as number))
      const date = new DateText()
      return (value, clock) => (clock === null ? '' : date.text(clock, value as number))
    }
  }
}

function hexText(value: Value): string {
  return value instanceof Uint8Array ? toHex(value, 0, value.length) : ''
}

/** C0 and C1 controls and DEL: nothing else can break a line, a column or a terminal. */
const CONTROL = /[\x00-\x1f\x7f-\x9f]/
const CONTROLS = new RegExp(CONTROL.source, 'g')

function escapeControls(text: string): string {
  return CONTROL.test(text) ? text.replace(CONTROLS, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`) : text
}
