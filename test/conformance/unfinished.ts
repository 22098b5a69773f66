import type { Version } from '../../src/mqtt/version.ts'

/** Statements that a capture can show and that no conversation keeps and breaks yet. */
export const UNFINISHED: Readonly<Record<Version, readonly string[]>> = {
  '3.1': [
    'MQTT31-41',
  ],
  '3.1.1': [
    'MQTT-1.5.3-3', 'MQTT-3.1.2-5', 'MQTT-3.1.2-7', 'MQTT-3.1.2-8', 'MQTT-3.1.2-10', 'MQTT-3.1.2-12', 'MQTT-3.1.2-16', 'MQTT-3.1.2-17',
    'MQTT-3.3.1-5', 'MQTT-3.3.1-6', 'MQTT-3.3.1-7', 'MQTT-3.3.1-8', 'MQTT-3.3.1-9', 'MQTT-3.3.1-10', 'MQTT-3.3.1-11', 'MQTT-3.3.1-12',
    'MQTT-3.3.5-1', 'MQTT-3.8.4-3', 'MQTT-3.8.4-6', 'MQTT-3.10.4-1', 'MQTT-3.10.4-2', 'MQTT-3.10.4-3', 'MQTT-3.14.4-3', 'MQTT-4.5.0-1',
    'MQTT-4.6.0-5', 'MQTT-4.6.0-6', 'MQTT-4.7.3-4',
  ],
  '5.0': [
    'MQTT-1.5.4-3', 'MQTT-3.1.2-7', 'MQTT-3.1.2-8', 'MQTT-3.1.2-10', 'MQTT-3.1.2-14', 'MQTT-3.1.2-15', 'MQTT-3.1.2-25', 'MQTT-3.1.3-9',
    'MQTT-3.1.3-10', 'MQTT-3.3.1-5', 'MQTT-3.3.1-6', 'MQTT-3.3.1-7', 'MQTT-3.3.1-8', 'MQTT-3.3.1-9', 'MQTT-3.3.1-10', 'MQTT-3.3.1-11',
    'MQTT-3.3.1-12', 'MQTT-3.3.1-13', 'MQTT-3.3.2-4', 'MQTT-3.3.2-5', 'MQTT-3.3.2-6', 'MQTT-3.3.2-15', 'MQTT-3.3.2-16', 'MQTT-3.3.2-17',
    'MQTT-3.3.2-18', 'MQTT-3.3.2-20', 'MQTT-3.3.4-2', 'MQTT-3.3.4-3', 'MQTT-3.3.4-4', 'MQTT-3.3.4-5', 'MQTT-3.3.4-8', 'MQTT-3.3.4-10',
    'MQTT-3.8.3-3', 'MQTT-3.8.4-3', 'MQTT-3.8.4-4', 'MQTT-3.8.4-8', 'MQTT-3.10.4-1', 'MQTT-3.10.4-2', 'MQTT-3.10.4-3', 'MQTT-3.11.3-1',
    'MQTT-3.14.4-3', 'MQTT-4.3.2-5', 'MQTT-4.3.3-9', 'MQTT-4.3.3-12', 'MQTT-4.3.3-13', 'MQTT-4.5.0-1', 'MQTT-4.6.0-5', 'MQTT-4.6.0-6',
    'MQTT-4.7.3-4', 'MQTT-4.8.2-5', 'MQTT-4.8.2-6', 'MQTT-4.9.0-3',
  ],
}
