import { CONNECTION_SCHEMA } from './connection.ts'
import { DECODED_SCHEMA } from './decode.ts'
import { DELIVERY_SCHEMA } from './delivery.ts'
import { DOCTOR_SCHEMA } from './doctor.ts'
import { EXCHANGE_SCHEMA } from './exchange.ts'
import { FIELD_SCHEMA } from './field.ts'
import { INTERFACES_SCHEMA } from './interfaces.ts'
import { PACKET_SCHEMA } from './packet.ts'
import { REPORT_SCHEMA } from './report.ts'
import { RULES_SCHEMA } from './rules.ts'
import { STATS_SCHEMA } from './stats.ts'

/** Every JSON Schema of machine output, by the name of its file in `dist/schema`. */
export const SCHEMAS: Readonly<Record<string, object>> = {
  'packet-1.json': PACKET_SCHEMA,
  'exchange-1.json': EXCHANGE_SCHEMA,
  'delivery-1.json': DELIVERY_SCHEMA,
  'connection-1.json': CONNECTION_SCHEMA,
  'stats-1.json': STATS_SCHEMA,
  'decoded-1.json': DECODED_SCHEMA,
  'field-1.json': FIELD_SCHEMA,
  'report-1.json': REPORT_SCHEMA,
  'rules-1.json': RULES_SCHEMA,
  'interfaces-1.json': INTERFACES_SCHEMA,
  'doctor-1.json': DOCTOR_SCHEMA,
}
