import type { Version } from '../../src/mqtt/version.ts'

/** Statements that a capture can show and that no conversation keeps and breaks yet. */
export const UNFINISHED: Readonly<Record<Version, readonly string[]>> = {
  '3.1': [],
  '3.1.1': ['MQTT-3.1.2-5'],
  '5.0': ['MQTT-4.8.2-5'],
}
