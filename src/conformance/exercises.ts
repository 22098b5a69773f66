/**
 * By which packets the statements are exercised that the decoder's problems judge: for each version and statement, the cases that show that it was kept, and which
 * side can break it. Problems are found by the decoder in any case; this is only for the count of what was kept.
 */
import type { Version } from '../mqtt/version.ts'
import { SIDES, type Side } from '../session/side.ts'
import type { CaseName } from './cases.ts'

export interface Exercise {
  readonly cases: readonly CaseName[]
  /** Who sends these packets, and so is at fault where one is wrong. */
  readonly sides: readonly Side[]
}

const client = (...cases: CaseName[]): Exercise => ({ cases, sides: ['client'] })
const server = (...cases: CaseName[]): Exercise => ({ cases, sides: ['server'] })
const both = (...cases: CaseName[]): Exercise => ({ cases, sides: SIDES })

export const EXERCISES: Readonly<Record<Version, Readonly<Record<string, Exercise>>>> = {
  '3.1': {
    'MQTT31-07': server('SUBACK'),
  },
  '3.1.1': {
    'MQTT-3.1.2-3': client('CONNECT'),
    'MQTT-3.3.1-2': both('PUBLISH qos0'),
  },
  '5.0': {
    'MQTT-3.1.2-3': client('CONNECT'),
    'MQTT-3.3.1-2': both('PUBLISH qos0'),
  },
}

export const NOT_EXERCISED: Exercise = { cases: [], sides: [] }
