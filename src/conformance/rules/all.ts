/** All rules, one file an area. A new area is added here, and nowhere else. */
import type { Rule } from '../rule.ts'
import { AUTH_RULES } from './auth.ts'
import { CLOSE_RULES } from './close.ts'
import { CONNACK_RULES } from './connack.ts'
import { CONNECT_RULES } from './connect.ts'
import { DISCONNECT_RULES } from './disconnect.ts'
import { LIMIT_RULES } from './limits.ts'
import { NETWORK_RULES } from './network.ts'
import { TIMING_RULES } from './timing.ts'

export const RULES: readonly Rule[] = [...AUTH_RULES, ...CLOSE_RULES, ...CONNACK_RULES, ...CONNECT_RULES, ...DISCONNECT_RULES, ...LIMIT_RULES, ...NETWORK_RULES, ...TIMING_RULES]
