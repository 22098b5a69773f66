import { expect, test } from 'vitest'
import { AnnouncedWills } from '../../src/session/announced-wills.ts'
import type { NetworkConnection } from '../../src/session/network-connection.ts'
import { ServerState } from '../../src/session/server-state.ts'
import type { WillFate } from '../../src/session/wills.ts'

/** What of a connection concerns its will. */
function connectionTo(server: ServerState, topic: string): NetworkConnection {
  const will = { topic, qos: 0, retain: false, payload: new Uint8Array(1), payloadLength: 1, delay: 0 }
  const connection = { connect: { will, number: 1, frame: 1, time: 0 }, disconnect: { by: 'client', reasonCode: 0 } }
  return { ...connection, served: { server, subscriber: {}, party: {}, will: null, connection } } as unknown as NetworkConnection
}

test('wills are forgotten an hour after they were cancelled, and no others', () => {
  const server = new ServerState('10.0.0.2:1883')
  const wills = new AnnouncedWills([server], 4)
  const leave = (topic: string, fate: WillFate | null) => {
    const connection = connectionTo(server, topic)
    wills.announce(connection)
    connection.served!.will!.followed!.fateSoFar = fate
    if (fate !== null) wills.closed(connection)
  }
  leave('here', null)
  leave('gone', 'due')
  leave('left', 'cancelled')
  wills.hour()
  expect([...server.wills.keys()]).toEqual(['here', 'gone', 'left'])
  wills.hour()
  expect([...server.wills.keys()]).toEqual(['here', 'gone'])
  // There is room again: with more than four, all would be forgotten.
  leave('third', null)
  leave('fourth', null)
  expect(server.wills.size).toBe(4)
})
