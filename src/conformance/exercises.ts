/**
 * By which packets the statements are exercised that the decoder's problems judge: for each version and statement, the cases that show that it was kept, and which
 * side sends them. Problems are found by the decoder in any case; this is only for the count of what was kept.
 */
import type { PacketType } from '../mqtt/packet.ts'
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

const BEFORE_5: readonly PacketType[] = [
  'CONNECT', 'CONNACK', 'PUBLISH', 'PUBACK', 'PUBREC', 'PUBREL', 'PUBCOMP', 'SUBSCRIBE', 'SUBACK', 'UNSUBSCRIBE', 'UNSUBACK', 'PINGREQ', 'PINGRESP', 'DISCONNECT',
]
const ALL_OF_5: readonly PacketType[] = [...BEFORE_5, 'AUTH']
/** Of which byte 1 has flags that stand for nothing. */
const WITHOUT_FLAGS = BEFORE_5.filter((type) => type !== 'PUBLISH')
/** Sent with QoS 1 in 3.1. */
const SENT_WITH_QOS_1: readonly PacketType[] = ['PUBREL', 'SUBSCRIBE', 'UNSUBSCRIBE']
/** With text that is no property. */
const WITH_TEXT: readonly PacketType[] = ['CONNECT', 'PUBLISH', 'SUBSCRIBE', 'UNSUBSCRIBE']
const WITH_TOPIC: readonly PacketType[] = ['PUBLISH', 'SUBSCRIBE', 'UNSUBSCRIBE']
/** With a block of properties, be it empty; PINGREQ and PINGRESP have none. */
const WITH_PROPERTIES = ALL_OF_5.filter((type) => type !== 'PINGREQ' && type !== 'PINGRESP')
const USER_PROPERTY = [...WITH_PROPERTIES, 'will' as const].map((host): CaseName => `${host}.userProperty`)

export const EXERCISES: Readonly<Record<Version, Readonly<Record<string, Exercise>>>> = {
  '3.1': {
    'MQTT31-01': client('CONNECT'),
    'MQTT31-02': client('CONNECT'),
    'MQTT31-04': client('CONNECT'),
    'MQTT31-05': server('CONNACK'),
    'MQTT31-06': server('CONNACK'),
    'MQTT31-07': server('SUBACK'),
    'MQTT31-08': server('SUBACK'),
    'MQTT31-09': client('SUBSCRIBE'),
    'MQTT31-10': both(...SENT_WITH_QOS_1),
    'MQTT31-11': both(...SENT_WITH_QOS_1),
    'MQTT31-12': both(...WITHOUT_FLAGS),
    'MQTT31-13': both(...WITHOUT_FLAGS),
    'MQTT31-15': both('PUBLISH qos0'),
    'MQTT31-18': both('PUBLISH qos>0', 'SUBSCRIBE', 'UNSUBSCRIBE', 'PUBACK', 'PUBREC', 'PUBREL', 'PUBCOMP', 'SUBACK', 'UNSUBACK'),
    'MQTT31-20': client('CONNECT with user name or password'),
    'MQTT31-21': client('CONNECT with password'),
    'MQTT31-22': client('CONNECT with user name'),
    'MQTT31-23': client('CONNECT with password'),
    'MQTT31-24': client('CONNECT with will'),
    'MQTT31-25': client('CONNECT with will'),
    'MQTT31-26': client('CONNECT without will'),
    'MQTT31-27': client('CONNECT'),
    'MQTT31-32': both('PUBLISH'),
    'MQTT31-33': both('PUBLISH', 'CONNECT with will'),
    'MQTT31-34': both(...WITH_TOPIC),
    'MQTT31-35': both(...WITH_TOPIC),
    'MQTT31-36': both(...WITH_TOPIC),
    'MQTT31-37': client('SUBSCRIBE', 'UNSUBSCRIBE'),
    'MQTT31-39': both(...WITH_TEXT),
    'MQTT31-46': both('DISCONNECT', 'PINGREQ', 'PINGRESP'),
    'MQTT31-47': both(...BEFORE_5),
    'MQTT31-48': both(...BEFORE_5),
    'MQTT31-49': client('SUBSCRIBE'),
    'MQTT31-50': client('UNSUBSCRIBE'),
    'MQTT31-55': client('CONNECT'),
  },
  '3.1.1': {
    'MQTT-1.5.3-1': both(...WITH_TEXT),
    'MQTT-1.5.3-2': both(...WITH_TEXT),
    'MQTT-2.2.2-1': both(...WITHOUT_FLAGS),
    'MQTT-2.3.1-1': both('PUBLISH qos>0', 'SUBSCRIBE', 'UNSUBSCRIBE'),
    'MQTT-3.1.2-3': client('CONNECT'),
    'MQTT-3.1.2-9': client('CONNECT with will'),
    'MQTT-3.1.2-11': client('CONNECT without will'),
    'MQTT-3.1.2-13': client('CONNECT without will'),
    'MQTT-3.1.2-14': client('CONNECT with will'),
    'MQTT-3.1.2-15': client('CONNECT without will'),
    'MQTT-3.1.2-18': client('CONNECT without user name'),
    'MQTT-3.1.2-19': client('CONNECT with user name'),
    'MQTT-3.1.2-20': client('CONNECT without password'),
    'MQTT-3.1.2-21': client('CONNECT with password'),
    'MQTT-3.1.2-22': client('CONNECT without user name'),
    'MQTT-3.1.3-1': client('CONNECT'),
    'MQTT-3.1.3-3': client('CONNECT'),
    'MQTT-3.1.3-4': client('CONNECT'),
    'MQTT-3.1.3-7': client('CONNECT with empty client identifier'),
    'MQTT-3.1.3-10': client('CONNECT with will'),
    'MQTT-3.1.3-11': client('CONNECT with user name'),
    'MQTT-3.2.2-4': server('CONNACK refusing'),
    'MQTT-3.2.2-6': server('CONNACK'),
    'MQTT-3.3.1-2': both('PUBLISH qos0'),
    'MQTT-3.3.1-4': both('PUBLISH'),
    'MQTT-3.3.2-1': both('PUBLISH'),
    'MQTT-3.3.2-2': both('PUBLISH'),
    'MQTT-3.6.1-1': both('PUBREL'),
    'MQTT-3.8.1-1': client('SUBSCRIBE'),
    'MQTT-3.8.3-1': client('SUBSCRIBE'),
    'MQTT-3.8.3-3': client('SUBSCRIBE'),
    'MQTT-3.8.3-4': client('SUBSCRIBE'),
    'MQTT-3.8.4-5': server('SUBACK'),
    'MQTT-3.9.3-2': server('SUBACK'),
    'MQTT-3.10.1-1': client('UNSUBSCRIBE'),
    'MQTT-3.10.3-1': client('UNSUBSCRIBE'),
    'MQTT-3.10.3-2': client('UNSUBSCRIBE'),
    'MQTT-3.14.1-1': client('DISCONNECT'),
    'MQTT-4.3.1-1': both('PUBLISH qos0'),
    'MQTT-4.7.1-1': both('PUBLISH', 'CONNECT with will'),
    'MQTT-4.7.1-2': client('SUBSCRIBE', 'UNSUBSCRIBE'),
    'MQTT-4.7.1-3': client('SUBSCRIBE', 'UNSUBSCRIBE'),
    'MQTT-4.7.3-1': both(...WITH_TOPIC),
    'MQTT-4.7.3-2': both(...WITH_TOPIC),
    'MQTT-4.8.0-1': both(...BEFORE_5),
  },
  '5.0': {
    'MQTT-1.5.4-1': both(...WITH_TEXT),
    'MQTT-1.5.4-2': both(...WITH_TEXT),
    'MQTT-1.5.5-1': both(...ALL_OF_5),
    'MQTT-1.5.7-1': both(...USER_PROPERTY),
    'MQTT-2.1.3-1': both(...ALL_OF_5.filter((type) => type !== 'PUBLISH')),
    'MQTT-2.2.1-3': client('PUBLISH qos>0', 'SUBSCRIBE', 'UNSUBSCRIBE'),
    'MQTT-2.2.1-4': server('PUBLISH qos>0'),
    'MQTT-2.2.2-1': both(...WITH_PROPERTIES),
    'MQTT-3.1.2-1': client('CONNECT'),
    'MQTT-3.1.2-3': client('CONNECT'),
    'MQTT-3.1.2-9': client('CONNECT with will'),
    'MQTT-3.1.2-11': client('CONNECT without will'),
    'MQTT-3.1.2-12': client('CONNECT with will'),
    'MQTT-3.1.2-13': client('CONNECT without will'),
    'MQTT-3.1.2-16': client('CONNECT without user name'),
    'MQTT-3.1.2-17': client('CONNECT with user name'),
    'MQTT-3.1.2-18': client('CONNECT without password'),
    'MQTT-3.1.2-19': client('CONNECT with password'),
    'MQTT-3.1.3-1': client('CONNECT'),
    'MQTT-3.1.3-3': client('CONNECT'),
    'MQTT-3.1.3-4': client('CONNECT'),
    'MQTT-3.1.3-11': client('CONNECT with will'),
    'MQTT-3.1.3-12': client('CONNECT with user name'),
    'MQTT-3.2.2-1': server('CONNACK'),
    'MQTT-3.2.2-6': server('CONNACK refusing'),
    'MQTT-3.2.2-8': server('CONNACK'),
    'MQTT-3.3.1-2': both('PUBLISH qos0'),
    'MQTT-3.3.1-4': both('PUBLISH'),
    'MQTT-3.3.2-1': both('PUBLISH'),
    'MQTT-3.3.2-2': both('PUBLISH'),
    'MQTT-3.3.2-8': both('PUBLISH.topicAlias'),
    'MQTT-3.3.2-13': both('PUBLISH.responseTopic', 'will.responseTopic'),
    'MQTT-3.3.2-14': both('PUBLISH.responseTopic', 'will.responseTopic'),
    'MQTT-3.3.2-19': both('PUBLISH.contentType', 'will.contentType'),
    'MQTT-3.3.4-6': client('PUBLISH'),
    'MQTT-3.4.2-1': both('PUBACK'),
    'MQTT-3.5.2-1': both('PUBREC'),
    'MQTT-3.6.1-1': both('PUBREL'),
    'MQTT-3.6.2-1': both('PUBREL'),
    'MQTT-3.7.2-1': both('PUBCOMP'),
    'MQTT-3.8.1-1': client('SUBSCRIBE'),
    'MQTT-3.8.3-1': client('SUBSCRIBE'),
    'MQTT-3.8.3-2': client('SUBSCRIBE'),
    'MQTT-3.8.3-4': client('SUBSCRIBE shared'),
    'MQTT-3.8.3-5': client('SUBSCRIBE'),
    'MQTT-3.8.4-6': server('SUBACK'),
    'MQTT-3.8.4-7': server('SUBACK'),
    'MQTT-3.9.3-2': server('SUBACK'),
    'MQTT-3.10.1-1': client('UNSUBSCRIBE'),
    'MQTT-3.10.3-1': client('UNSUBSCRIBE'),
    'MQTT-3.10.3-2': client('UNSUBSCRIBE'),
    'MQTT-3.10.4-6': server('UNSUBACK'),
    'MQTT-3.11.3-2': server('UNSUBACK'),
    'MQTT-3.14.1-1': both('DISCONNECT'),
    'MQTT-3.14.2-1': both('DISCONNECT'),
    'MQTT-3.14.2-2': server('DISCONNECT'),
    'MQTT-3.15.1-1': both('AUTH'),
    'MQTT-3.15.2-1': both('AUTH'),
    'MQTT-4.3.1-1': both('PUBLISH qos0'),
    'MQTT-4.7.0-1': both('PUBLISH', 'CONNECT with will'),
    'MQTT-4.7.1-1': client('SUBSCRIBE', 'UNSUBSCRIBE'),
    'MQTT-4.7.1-2': client('SUBSCRIBE', 'UNSUBSCRIBE'),
    'MQTT-4.7.3-1': both(...WITH_TOPIC),
    'MQTT-4.7.3-2': both(...WITH_TOPIC),
    'MQTT-4.8.2-1': client('SUBSCRIBE shared'),
    'MQTT-4.8.2-2': client('SUBSCRIBE shared'),
    'MQTT-4.12.0-5': both('AUTH'),
  },
}

export const NOT_EXERCISED: Exercise = { cases: [], sides: [] }
