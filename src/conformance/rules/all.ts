/** All rules, one file an area. A new area is added here, and nowhere else. */
import type { Rule } from '../rule.ts'
import { ACKNOWLEDGEMENT_RULES } from './acknowledgements.ts'
import { ANSWER_RULES } from './answers.ts'
import { AUTH_RULES } from './auth.ts'
import { CLOSE_RULES } from './close.ts'
import { CONNACK_RULES } from './connack.ts'
import { CONNECT_RULES } from './connect.ts'
import { DELIVERY_RULES } from './deliveries.ts'
import { DISCONNECT_RULES } from './disconnect.ts'
import { IDENTIFIER_RULES } from './identifiers.ts'
import { KEEP_ALIVE_RULES } from './keep-alive.ts'
import { LIMIT_RULES } from './limits.ts'
import { NETWORK_RULES } from './network.ts'
import { RESUMPTION_RULES } from './resumption.ts'
import { SESSION_RULES } from './sessions.ts'
import { RETAINED_RULES } from './retained.ts'
import { SUBACK_RULES } from './suback.ts'
import { SUBSCRIPTION_RULES } from './subscriptions.ts'
import { TIMING_RULES } from './timing.ts'
import { WILL_RULES } from './wills.ts'

export const RULES: readonly Rule[] = [
  ...ACKNOWLEDGEMENT_RULES,
  ...ANSWER_RULES,
  ...AUTH_RULES,
  ...CLOSE_RULES,
  ...CONNACK_RULES,
  ...CONNECT_RULES,
  ...DELIVERY_RULES,
  ...DISCONNECT_RULES,
  ...IDENTIFIER_RULES,
  ...KEEP_ALIVE_RULES,
  ...LIMIT_RULES,
  ...NETWORK_RULES,
  ...RESUMPTION_RULES,
  ...RETAINED_RULES,
  ...SESSION_RULES,
  ...SUBACK_RULES,
  ...SUBSCRIPTION_RULES,
  ...TIMING_RULES,
  ...WILL_RULES,
]
