/** All rules, one file an area. A new area is added here, and nowhere else. */
import type { Rule } from '../rule.ts'
import { ANSWER_RULES } from './answers.ts'
import { CONNECT_RULES } from './connect.ts'
import { LIMIT_RULES } from './limits.ts'
import { NETWORK_RULES } from './network.ts'
import { TIMING_RULES } from './timing.ts'

export const RULES: readonly Rule[] = [...ANSWER_RULES, ...CONNECT_RULES, ...LIMIT_RULES, ...NETWORK_RULES, ...TIMING_RULES]
