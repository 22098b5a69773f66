import type { Version } from '../../src/mqtt/version.ts'

/** Statements that a capture can show and that no conversation keeps and breaks yet. */
export const UNFINISHED: Readonly<Record<Version, readonly string[]>> = {
  '3.1': [
    'MQTT31-41',
  ],
  '3.1.1': [
    'MQTT-3.1.2-5', 'MQTT-3.1.2-7', 'MQTT-3.3.1-5',
    'MQTT-3.3.1-6', 'MQTT-3.3.1-7', 'MQTT-3.3.1-8', 'MQTT-3.3.1-9', 'MQTT-3.3.1-10', 'MQTT-3.3.1-11', 'MQTT-3.3.1-12',
  ],
  '5.0': [
    'MQTT-3.3.1-8',
    'MQTT-3.3.1-9', 'MQTT-3.3.1-10', 'MQTT-3.3.1-12', 'MQTT-3.3.1-13',
    'MQTT-4.8.2-5',
  ],
}
