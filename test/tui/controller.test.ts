import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { flowRows } from '../../src/tui/model/flow-rows.ts'
import { InputDecoder } from '../../src/tui/terminal/decode-input.ts'
import { clientItems } from '../../src/tui/views/clients-state.ts'
import { placed } from '../../src/tui/views/flow-state.ts'
import { Driven, liveStandIn } from './tui-controller.ts'
import type { FlowProps } from '../../src/tui/views/flow-lines.ts'

const open: Driven[] = []
afterEach(() => {
  for (const { store } of open.splice(0)) store.close()
  vi.restoreAllMocks()
})

/** Of mosquitto-5.0.pcapng, 180 packets, unless it is said otherwise. */
function driven(...choice: ConstructorParameters<typeof Driven>): Driven {
  const one = new Driven(...choice)
  open.push(one)
  return one
}

const liveHalf = () => driven({ part: 0.5, live: liveStandIn() })

function message(one: Driven): string | null {
  return one.frame().message
}

function state(one: Driven): string {
  return one.frame().header.state
}

function flow(one: Driven): FlowProps {
  const { body } = one.frame()
  if (body.view !== 'flow') throw new Error(`the view is ${body.view}`)
  return body.props
}

function command(one: Driven, text: string): string | null {
  return message(one.keys(':').type(text).keys('enter'))
}

function filtered(one: Driven, text: string): Driven {
  one.keys('/')
  // What stands there is taken away first.
  return one.keys('ctrl-u').type(text).keys('enter')
}

// No work takes time, however busy the machine is.
beforeEach(() => {
  vi.spyOn(performance, 'now').mockReturnValue(0)
})

describe('what takes long', () => {
  // Each look at the clock takes longer than there is time, so that a filter comes on by 64 packets with each turn.
  beforeEach(() => {
    let now = 0
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 1_000))
  })

  it.each(['escape', 'q'])('a filter is stopped by %s, and what was there before comes back', (key) => {
    const one = driven().keys('2')
    filtered(one, 'mqtt.msgtype == PUBLISH')
    expect(message(one)).toBe('filter: mqtt.msgtype == PUBLISH   35 %   Esc stops')
    one.keys(key)
    expect(one.frame()).toMatchObject({ view: 'packets', message: 'The filter was stopped', filter: '', header: { shown: null } })
    expect(one.asked).toEqual([])
  })

  it.each(['escape', 'q'])('a filter that has come to the newest packet stays with %s', (key) => {
    const one = driven().keys('2')
    filtered(one, 'mqtt.msgtype == PUBLISH').work().keys(key)
    expect(one.frame().filter).toBe('mqtt.msgtype == PUBLISH')
    if (key === 'q') expect(one.asked).toEqual(['quit'])
    else expect(message(one)).toBe('This is the top: q quits')
  })

  it('a filter that had come to the newest packet stays when more come', () => {
    const one = driven({ part: 0.4, live: liveStandIn() }).keys('2')
    filtered(one, 'mqtt.msgtype == PUBLISH').work()
    one.give(1)
    one.keys('escape')
    expect(one.frame().filter).toBe('mqtt.msgtype == PUBLISH')
  })

  it('of two filters that were not waited for, the one before both comes back', () => {
    const one = driven().keys('2')
    filtered(one, 'mqtt.msgtype == PUBLISH').work()
    filtered(one, 'mqtt.msgtype == CONNECT')
    filtered(one, 'mqtt.msgtype == PINGREQ').keys('escape')
    expect(one.frame().filter).toBe('mqtt.msgtype == PUBLISH')
  })

  it('hidden pings that are not waited for are shown again, and the word for them goes', () => {
    const one = driven().keys('2', 'P')
    expect(one.frame().words).toBe('pings hidden (P)')
    one.keys('escape')
    expect(one.frame()).toMatchObject({ words: '', message: 'The filter was stopped' })
    expect(one.packets().state.pingsHidden).toBe(false)
  })

  it('a search is stopped, and the cursor stays', () => {
    const one = driven().keys('2', 'j', 'ctrl-f').type('no such text').keys('enter')
    expect(message(one)).toMatch(/^searching {3}\d+ % {3}Esc stops$/)
    one.keys('escape')
    expect([message(one), one.packet]).toEqual(['The search was stopped', 2])
    one.work()
    expect(one.frame()).toMatchObject({ view: 'packets', message: 'The search was stopped' })
  })

  it('the cursor goes back to its packet when the filter has come to it', () => {
    const one = driven().keys('2')
    command(one, '150')
    expect(one.packet).toBe(150)
    filtered(one, 'mqtt')
    expect(one.packet).toBeLessThanOrEqual(64)
    one.work()
    expect(one.packet).toBe(150)
  })

  it('the cursor stays where it was moved to while the filter came on', () => {
    const one = driven().keys('2')
    command(one, '150')
    filtered(one, 'mqtt')
    one.frame()
    one.keys('g', 'j').work()
    expect(one.packet).toBe(2)
  })
})

describe('the packets', () => {
  it('are gone through by each of the keys that come at once', () => {
    const one = driven().keys('2')
    for (const key of new InputDecoder().push('jjjjj')) one.controller.key(key)
    expect(one.packet).toBe(6)
  })

  it('keep the cursor when a filter comes and goes, and go to the next one where it was hidden', () => {
    const one = driven().keys('2')
    command(one, '30')
    filtered(one, 'mqtt.msgtype == PUBLISH')
    expect([one.packet, one.frame().place]).toEqual([30, 'row 3 of 41'])
    filtered(one, '')
    expect([one.packet, one.frame().place]).toEqual([30, 'row 30 of 180'])
    filtered(one, 'mqtt.msgtype == CONNECT')
    expect(one.packet).toBe(50)
    // What the filter took away it does not give back: nothing moves under the cursor.
    filtered(one, '')
    expect(one.packet).toBe(50)
  })

  it('keep the cursor when more come, unless they are followed', () => {
    const one = liveHalf().keys('2', 'f')
    command(one, '30')
    const { top } = one.packets().state
    one.give(1)
    expect([one.packet, one.packets().state.top, one.frame().place]).toEqual([30, top, 'row 30 of 180'])
    filtered(one, 'mqtt.msgtype == PUBLISH')
    expect(one.packet).toBe(30)
  })

  it('have their cursor and their marks when all is filtered away and comes back', () => {
    const one = driven().keys('2')
    command(one, '30')
    one.keys('x')
    filtered(one, 'frame.number == 0')
    expect(one.frame()).toMatchObject({ place: 'no rows', body: { props: { nothing: 'No packet matches the filter' } } })
    for (const [key, said] of [['x', 'There is no packet here'], ['o', 'There is no packet here'], ['y', 'There is no packet here'], ['=', 'There is no packet here']] as const) expect(message(one.keys(key))).toBe(said)
    filtered(one, '')
    expect([...one.packets().state.marks]).toEqual([30])
  })

  it('keep the old filter when a new one has a mistake, with the field open on it', () => {
    const one = driven().keys('2')
    filtered(one, 'mqtt.qos > 0')
    const { size } = one.workspace.shown
    filtered(one, 'mqtt.qoz > 0')
    expect(one.frame()).toMatchObject({ filter: 'mqtt.qos > 0', prompt: { label: 'filter', check: { valid: false, question: 'Did you mean mqtt.qos?' } } })
    one.keys('escape')
    expect(one.frame()).toMatchObject({ filter: 'mqtt.qos > 0', prompt: null, header: { shown: size } })
    // The same by a command.
    expect(command(one, 'filter mqtt.qoz > 0')).toContain('Did you mean mqtt.qos?')
    expect(one.frame()).toMatchObject({ filter: 'mqtt.qos > 0', header: { shown: size } })
  })

  it('are marked, timed from one of them, and left for the other half of the exchange and for findings', () => {
    const one = driven({ capture: 'lost-frames.pcap' }).keys('2')
    const found = one.workspace.findings.groups({ form: 'rule', sort: 'time', least: 'note', stream: null })[0]!.findings.map(({ finding }) => finding.packet!).sort((a, b) => a - b)
    one.keys(']')
    expect(one.packet).toBe(found[0])
    one.keys(']')
    expect(one.packet).toBe(found[1])
    one.keys('[')
    expect(one.packet).toBe(found[0])
    one.keys('g', '[')
    expect([one.packet, message(one)]).toEqual([1, 'Nothing is wrong with the packets before this one.'])
    one.keys('o')
    expect(one.packet).toBe(2)
    one.keys('o')
    expect(one.packet).toBe(1)
    one.keys('x')
    expect(one.packets().packets.map(({ marked }) => marked).slice(0, 3)).toEqual([true, false, false])
    expect(one.packet).toBe(2)
    one.keys('=')
    expect(one.frame().words).toBe('ref: 2')
    expect(one.packets().packets.slice(0, 2).map(({ time }) => time)).toEqual([expect.stringMatching(/^-0\.\d{6}$/), '=0.000000'])
    one.keys('3').work()
    expect(flow(one).state).toMatchObject({ reference: 2, referenceTime: one.workspace.index.timeOf(2) })
    one.keys('=')
    expect(one.keys('2').frame().words).toBe('')
  })
})

describe('following', () => {
  it('goes with the newest row, stays where it ended, and goes on', () => {
    const one = liveHalf().keys('2')
    expect([one.packet, state(one)]).toEqual([97, 'LIVE FOLLOW'])
    one.give(0.7)
    const newest = one.packet
    expect(newest).toBe(one.workspace.index.count)
    expect(message(one.keys('f'))).toBe('Not following')
    one.give(1)
    expect([one.packet, state(one)]).toEqual([newest, 'LIVE'])
    expect(message(one.keys('f'))).toBe('Following the newest row; any move up ends it')
    expect([one.packet, state(one)]).toEqual([180, 'LIVE FOLLOW'])
  })

  it('ends with a move up and begins at the end of a list', () => {
    const one = liveHalf().keys('2')
    one.frame()
    one.keys('k')
    one.give(0.7)
    expect([one.packet, state(one)]).toEqual([96, 'LIVE'])
    one.keys('G')
    one.give(1)
    expect([one.packet, state(one)]).toEqual([180, 'LIVE FOLLOW'])
  })

  it('does not begin at the end of the fields', () => {
    const one = liveHalf().keys('2', 'k', 'enter', 'G')
    const { packet } = one
    one.give(1)
    expect([one.packet, state(one)]).toEqual([packet, 'LIVE'])
  })

  it('stays in the flow where it ended', () => {
    const one = liveHalf().keys('3')
    one.frame()
    one.work()
    expect(flow(one).following).toBe(true)
    one.keys('f')
    const { at } = flow(one).state
    const newest = flow(one).ladder!.rows.at(-1)!
    expect(at!.packet).toBe(newest.kind === 'packet' && newest.number)
    one.give(1)
    one.work()
    expect(flow(one)).toMatchObject({ following: false, state: { at } })
  })

  it('of clients and findings is each view’s own', () => {
    const one = liveHalf()
    expect(state(one)).toBe('LIVE')
    one.keys('f')
    one.give(1)
    const { body } = one.frame()
    if (body.view !== 'clients') throw new Error(body.view)
    const { rows, state: clients } = body.props
    expect(clients.selected).toBe(clientItems(rows, clients.sort, clients.grouped).at(-1)!.row.stream)
    expect(state(one.keys('4'))).toBe('LIVE')
  })

  it('is nothing for statistics', () => {
    expect(message(liveHalf().keys('5', 'f'))).toBe('Statistics are always of all that was captured')
  })
})

describe('a pause', () => {
  it('stands still and counts, and then all is there', () => {
    const one = liveHalf().keys('2')
    const before = one.frame()
    one.keys('space')
    expect([state(one), message(one)]).toEqual(['PAUSED (+0)', 'The display stands still; the capture goes on'])
    one.give(1)
    one.work()
    expect([state(one), one.packet, one.frame().place]).toEqual(['PAUSED (+83)', 97, 'row 97 of 97'])
    expect(one.packets().packets).toEqual(before.body.view === 'packets' ? before.body.props.packets : null)
    one.keys('space')
    expect([state(one), message(one), one.packet, one.frame().place]).toEqual(['LIVE FOLLOW', 'The display goes on', 180, 'row 180 of 180'])
  })

  it('keeps the rows of the clients, of the filter as well, and the findings', () => {
    const one = liveHalf()
    filtered(one, 'mqtt.msgtype == DISCONNECT').work()
    const rows = () => {
      const { body } = one.frame()
      return body.view === 'clients' ? body.props.rows : []
    }
    const before = rows()
    const rules = one.workspace.findings.size
    one.keys('space')
    one.give(1)
    one.work()
    expect(rows()).toEqual(before)
    expect(one.workspace.findings.size).toBe(rules)
    one.keys('space').work()
    const streams = new Set(Array.from({ length: 180 }, (_, packet) => packet + 1).filter((packet) => one.workspace.index.typeOf(packet) === 'DISCONNECT').map((packet) => one.workspace.index.connectionOf(packet).stream))
    expect(rows().map(({ stream }) => stream)).toEqual([...streams].sort((a, b) => a - b))
    expect(rows().length).toBeGreaterThan(before.length)
  })

  it('is of the numbers of findings too, in their own view as in the others', () => {
    const one = liveHalf().keys('4')
    const numbers = () => {
      const { header, words, body } = one.frame(2_000)
      return [header.findings, words, body.view === 'findings' ? body.props.judged : null]
    }
    const before = structuredClone(numbers())
    one.keys('space')
    one.give(1)
    expect(numbers()).toEqual(before)
    one.keys('space')
    expect(numbers()).not.toEqual(before)
  })

  it('can be filtered, and what came since is filtered when it ends', () => {
    const one = liveHalf().keys('2', 'f', 'space')
    one.give(1)
    filtered(one, 'mqtt.msgtype == PUBLISH').work()
    const first = one.frame().header.shown!
    one.keys('space').work()
    expect([first < 41, one.frame().header.shown]).toEqual([true, 41])
  })

  it('is of statistics too', () => {
    const one = liveHalf().keys('5')
    const lines = () => {
      const { body } = one.frame()
      return body.view === 'stats' ? body.lines : []
    }
    one.keys('space')
    const before = lines()
    one.give(1)
    expect(lines()).toEqual(before)
    expect(lines()).not.toEqual((one.keys('space'), lines()))
  })

  it('has no packet that came after it began', () => {
    const one = liveHalf().keys('space')
    one.give(1)
    expect(command(one, '98')).toBe('There is no packet 98: there are 97')
    one.keys('space')
    command(one, '98')
    expect(one.packet).toBe(98)
  })
})

describe('a live capture that is silent', () => {
  it('goes on with the time: in the header, and in the rates', () => {
    const one = liveHalf().keys('5')
    const seen = () => {
      const { body, header } = one.frame()
      return [header.duration, body.view === 'stats' && /mean (\S+)/.exec(body.lines.join('\n'))![1]]
    }
    const last = one.workspace.pipeline.totals.lastTime!
    expect(seen()).toEqual([last, (97 / (last / 1e9)).toFixed(0)])
    one.workspace.tick(40e9)
    // Of the last minute, which is longer than the capture.
    expect(seen()).toEqual([40e9, '2.42'])
    one.workspace.tick(90e9)
    expect(seen()).toEqual([90e9, '0.00'])
    one.give(1)
    expect(one.frame().header.duration).toBe(one.workspace.pipeline.totals.lastTime)
  })
})

describe('the end', () => {
  it('Ctrl-C stops a live capture, and then quits, also where the input does not end', () => {
    const live = liveStandIn()
    const one = driven({ part: 0.5, live }).keys('ctrl-c')
    expect([live.stops, one.asked, message(one)]).toEqual([1, [], 'The capture was stopped; Ctrl-C again quits'])
    expect([one.reading.state, one.reading.stopping]).toEqual(['reading', true])
    one.keys('ctrl-c')
    expect([live.stops, one.asked]).toEqual([1, ['quit']])
  })

  it('Ctrl-C stops the reading of a file first', () => {
    const one = driven({ part: 0.5 }).keys('ctrl-c')
    expect([message(one), one.asked]).toEqual(['Reading was stopped; Ctrl-C again quits', []])
    expect(one.keys('ctrl-c').asked).toEqual(['quit'])
  })

  it('Ctrl-C closes a field, and leaves the capture alone', () => {
    const live = liveStandIn()
    const one = driven({ live }).keys('/', 'ctrl-c')
    expect([one.frame().prompt, live.stops]).toEqual([null, 0])
  })

  it('q climbs as far as it goes, and Q does not climb', () => {
    const one = driven().keys('enter').work()
    one.frame()
    one.keys('enter', 'enter', '?')
    for (const [view, help] of [['packets', null], ['packets', null], ['flow', null], ['clients', null]] as const) {
      one.keys('q')
      expect([one.frame().view, one.frame().help, one.asked]).toEqual([view, help, []])
    }
    expect(one.keys('q').asked).toEqual(['quit'])
    expect(driven().keys('enter', 'Q').asked).toEqual(['quit'])
  })

  it('is asked for by a command too', () => {
    const one = driven().keys('2')
    command(one, 'q')
    expect(one.asked).toEqual(['quit'])
  })
})

describe('commands', () => {
  it('go to a packet from every view, and Esc comes back', () => {
    for (const view of ['1', '3', '4', '5']) {
      const one = driven().keys(view)
      const before = one.frame().view
      command(one, '42')
      expect([one.packet, one.keys('escape').frame().view]).toEqual([42, before])
    }
  })

  it('say what is wrong with them, and change nothing', () => {
    const one = driven().keys('4')
    const before = one.frame().view
    for (const [text, said] of [
      ['0', 'There is no packet 0: there are 180'],
      ['181', 'There is no packet 181: there are 180'],
      ['mute', 'mute needs RULE: leaves a rule out of the findings'],
      ['mute nothing', 'No finding is of a rule nothing'],
      ['unmute', 'No rule is muted'],
      ['unmute all', 'Nothing goes with unmute'],
      ['sudo', "There is no command sudo: a packet's number, or one of w, report, filter, mute, unmute, help, q"],
    ] as const) {
      expect(command(one, text)).toBe(said)
      expect(one.frame().view, text).toBe(before)
    }
    expect(command(one, '  ')).toBe(null)
  })

  it('mute a rule and bring all back', () => {
    const one = driven({ capture: 'lost-frames.pcap' }).keys('4')
    const [rule] = one.workspace.findings.rules
    expect(command(one, `mute ${rule}`)).toBe(`${rule} is muted in these lists, not in reports: M brings all rules back`)
    expect(one.workspace.findings.mutedRules).toBe(1)
    expect(command(one, 'unmute')).toBe('1 rule listed again')
    expect(one.workspace.findings.mutedRules).toBe(0)
  })

  it('bring a packet that the filter hid, with all others', () => {
    const one = driven().keys('2')
    filtered(one, 'mqtt.msgtype == CONNECT')
    expect(command(one, '21')).toBe('The filter hid packet 21: all packets are shown')
    expect([one.packet, one.frame().filter, one.frame().header.shown]).toEqual([21, '', null])
  })
})

describe('down from a client to the bytes, and up', () => {
  it('lands at the same rows', () => {
    const one = driven().keys('j', 'j')
    const clients = () => {
      const { body } = one.frame()
      return body.view === 'clients' ? body.props.state.viewport : null
    }
    const at = clients()
    one.keys('enter').work()
    expect(flow(one)).toMatchObject({ stream: 2, state: { at: { packet: 13 } } })
    one.keys('j', 'j')
    const row = flow(one).state
    one.keys('enter')
    const { packet } = one
    expect(packet).toBe(row.at!.packet)
    one.keys('enter', 'j', 'j', 'j', 'enter')
    expect(one.packets().state).toMatchObject({ packet, focus: 'bytes', fields: { cursor: 3 } })
    one.keys('escape')
    expect(one.packets().state).toMatchObject({ packet, focus: 'list', fields: { cursor: 3 } })
    one.keys('escape')
    expect(flow(one)).toMatchObject({ stream: 2, state: { at: row.at, viewport: row.viewport } })
    one.keys('escape')
    expect(clients()).toEqual(at)
    expect(message(one.keys('escape'))).toBe('This is the top: q quits')
  })

  it('comes back to the packet that the flow was shown for', () => {
    const one = driven().keys('2')
    command(one, '30')
    one.keys('!')
    expect(one.frame().view).toBe('findings')
    one.keys('escape')
    expect(one.packet).toBe(30)
    // A number is no descent: there is no way up from it.
    one.keys('3').work()
    expect(flow(one).state.at).toMatchObject({ packet: 30 })
    expect(message(one.keys('escape'))).toBe('This is the top: q quits')
  })
})

describe('a filter that a key puts in place of another', () => {
  it('goes with the way back, and the one before comes back', () => {
    const one = filtered(driven(), 'mqtt.qos > 0').keys('1', 'p')
    expect(one.frame()).toMatchObject({ view: 'packets', filter: expect.stringMatching(/^tcp\.stream == /), message: 'In place of the filter mqtt.qos > 0: Esc brings it back' })
    expect(one.keys('escape').frame()).toMatchObject({ view: 'clients', filter: 'mqtt.qos > 0' })
  })

  it('stays where the user has filtered otherwise since then', () => {
    const one = driven().keys('p')
    filtered(one, 'mqtt.qos == 2')
    expect(one.keys('escape').frame()).toMatchObject({ view: 'clients', filter: 'mqtt.qos == 2' })
  })
})

describe('a filter in the Findings view', () => {
  function listed(one: Driven): (readonly [packet: number | null, stream: number])[] {
    const { body } = one.frame()
    if (body.view !== 'findings') throw new Error(`the view is ${body.view}`)
    const { list, state } = body.props
    return list.groups(state).flatMap(({ findings }) => findings.map(({ finding: { packet, stream } }) => [packet, stream] as const))
  }

  it('leaves the findings of the packets that it lets through', () => {
    const one = driven().keys('4')
    const all = listed(one)
    filtered(one, 'tcp.stream in {1, 14}').work()
    expect([one.frame().words, listed(one)]).toEqual(['findings of the filter', all.filter(([, stream]) => stream === 1 || stream === 14)])
    expect(listed(one)).toHaveLength(2)
    filtered(one, `mqtt.number == ${all[0]![0]!}`).work()
    expect(listed(one)).toEqual([all[0]])
    filtered(one, '')
    expect(listed(one)).toEqual(all)
  })

  it('leaves those about no packet where their connection has one that it lets through', () => {
    const one = driven({ capture: 'takeover.pcap' }).keys('4')
    const silent = listed(one)
    expect(silent.map(([packet]) => packet)).toEqual([null])
    filtered(one, 'mqtt.clientid == "twin-5.0"').work()
    expect(listed(one)).toEqual(silent)
    filtered(one, 'mqtt.clientid == "witness"').work()
    expect(listed(one)).toEqual([])
    // Which filter there is counts, wherever it was typed.
    filtered(one.keys('2'), 'mqtt.clientid == "twin-5.0"').work().keys('4')
    expect(listed(one)).toEqual(silent)
  })

  it('goes on with the packets', () => {
    const one = liveHalf().keys('4')
    filtered(one, 'mqtt').work()
    const before = listed(one)
    one.give(1)
    one.work()
    expect(before.length).toBeGreaterThan(0)
    expect(listed(one).length).toBeGreaterThan(before.length)
  })

  it('does not count hidden pings as filtered', () => {
    const one = driven({ capture: 'keep-alive.pcap' })
    const { index, shown } = one.workspace
    const ping = Array.from({ length: index.count }, (_, at) => at + 1).find((packet) => index.typeOf(packet) === 'PINGREQ')!
    const { stream } = index.connectionOf(ping)
    one.keys('2', 'P')
    expect([shown.has(ping), shown.concerns(ping, stream)]).toEqual([false, true])
    filtered(one, `tcp.stream == ${stream}`).work()
    expect([shown.has(ping), shown.concerns(ping, stream)]).toEqual([false, true])
    filtered(one, `tcp.stream == ${stream + 1}`).work()
    expect(shown.concerns(ping, stream)).toBe(false)
  })
})

describe('the evidence of a finding that is about no packet', () => {
  it('is the row of its frame in the flow', () => {
    const one = driven({ capture: 'takeover.pcap' }).keys('4')
    const finding = one.workspace.findings.groups({ form: 'rule', sort: 'severity', least: 'note', stream: null })[0]!.findings[0]!.finding
    expect(finding.packet).toBe(null)
    one.frame()
    one.keys('E').work()
    const { state, ladder } = flow(one)
    const { rows } = flowRows(ladder!, state)
    const row = rows[placed(state, flowRows(ladder!, state), 30).cursor]!.row
    expect('frame' in row ? row.frame : null).toBe(finding.frame)
    // Moved, the cursor stays where it is.
    one.keys('g').work()
    expect(placed(flow(one).state, flowRows(flow(one).ladder!, state), 30).cursor).toBe(0)
    expect(rows.length).toBeGreaterThan(3)
  })
})

describe('marks', () => {
  it('can be gone to, one after another and round', () => {
    const one = driven().keys('2', 'X')
    expect(message(one)).toBe('No packet is marked.')
    one.keys('j', 'x', 'j', 'j', 'x')
    const visited = [0, 1, 2].map(() => one.keys('X').packet)
    expect(visited).toEqual([2, 5, 2])
    filtered(one, 'mqtt.msgtype == CONNECT')
    expect(message(one.keys('X'))).toBe('No marked packet is shown: the filter hides them.')
  })
})

describe('times', () => {
  it('are counted from the reference in the packets, whatever the format, which is said', () => {
    const one = driven().keys('2', '=', 't')
    expect(message(one)).toBe('Times are counted from packet 1: = there ends that')
    expect(message(one.keys('=', 't'))).toBe('Times since the row before')
  })
})

describe('a long field', () => {
  it('is scrolled by half a pane, as far as there is more of it, and back', () => {
    const one = driven().keys('2', 'enter')
    one.controller.resize({ width: 80, height: 24 })
    const left = () => one.packets().state.fieldsLeft
    expect(one.packets().rows[0]!.text.length).toBeGreaterThan(80)
    one.keys('l', 'l', 'l', 'l')
    expect(left()).toBe(40)
    one.keys('h')
    expect(left()).toBe(0)
    one.keys('l', 'escape', 'j', 'enter')
    expect(left()).toBe(0)
  })
})

describe('what is written', () => {
  it('has a name to begin with, and one thing is written at a time', async () => {
    const one = driven().keys('e')
    expect(one.frame().prompt).toMatchObject({ label: 'write packets to', line: { text: 'filtered.pcapng' } })
    one.keys('enter')
    expect([message(one), one.asked]).toEqual(['Writing packets to filtered.pcapng', ['export filtered.pcapng']])
    one.keys('w')
    expect(one.frame().prompt).toMatchObject({ label: 'write report to', line: { text: 'report.html' } })
    one.keys('enter')
    expect([message(one), one.asked]).toEqual(['Still writing packets', ['export filtered.pcapng']])
    await Promise.resolve()
    expect([message(one), one.asked.at(-1)]).toEqual(['wrote filtered.pcapng', 'changed'])
    one.keys('w', 'enter')
    expect(one.asked.at(-1)).toBe('report report.html')
  })

  it('takes what is typed in place of the name that is proposed, or goes on with that', () => {
    const one = driven().keys('e', 'm', 'y')
    expect(one.frame().prompt).toMatchObject({ line: { text: 'my', proposed: false } })
    one.keys('escape', 'e', 'end', 'x')
    expect(one.frame().prompt).toMatchObject({ line: { text: 'filtered.pcapngx' } })
  })

  it('overwrites a file only where the user agrees', () => {
    const one = driven()
    for (const answer of ['n', '', 'yes please']) {
      command(one, 'w old.pcapng')
      expect(one.frame().prompt?.label).toBe('It exists; overwrite it? y or n')
      expect(message(one.type(answer).keys('enter'))).toBe('Nothing was written')
    }
    command(one, 'w old.pcapng')
    one.keys('escape')
    expect([one.frame().prompt, one.asked]).toEqual([null, []])
    command(one, 'w old.pcapng')
    one.keys('y', 'enter')
    expect(one.asked).toEqual(['export old.pcapng'])
  })

  it('is not written under no name', () => {
    const one = driven().keys('e', 'ctrl-u', 'enter', 'w', 'ctrl-u').type('   ').keys('enter')
    expect(one.asked).toEqual([])
  })

  it('can be named by a command', () => {
    const one = driven()
    command(one, 'w  my packets.pcapng ')
    expect(one.asked).toEqual(['export my packets.pcapng'])
  })

  it('says why it was not written', async () => {
    const one = driven({ options: {
      outside: {
        quit: () => undefined, suspend: () => undefined, redraw: () => undefined, changed: () => undefined, copy: () => true, findFrame: () => Promise.resolve(null), wouldReplace: () => false,
        exportTo: (name) => Promise.resolve(`${name} is one of the files read`), reportTo: () => Promise.resolve(''),
      },
    } })
    command(one, 'w capture.pcap')
    await Promise.resolve()
    expect(message(one)).toBe('capture.pcap is one of the files read')
    // And it can be tried again.
    expect(command(one, 'w other.pcap')).toBe('Writing packets to other.pcap')
  })
})

describe('a terminal without room', () => {
  it('keeps everything as it was, and only ends', () => {
    const one = driven().keys('2')
    command(one, '100')
    filtered(one, 'mqtt.msgtype == PUBLISH || mqtt.msgtype == CONNECT')
    one.frame()
    one.keys('j', 'j', 'x', 'enter', 'j', 'j')
    const before = one.frame()
    const live = one.packets().state
    for (const size of [{ width: 59, height: 40 }, { width: 120, height: 14 }, { width: 1, height: 1 }]) {
      one.controller.resize(size)
      one.keys('j', '/', 'x', 'enter', '1')
      expect(one.frame()).toMatchObject({ ...size, view: 'packets', prompt: null })
    }
    expect(one.asked).toEqual([])
    one.keys('q')
    expect(one.asked).toEqual(['quit'])
    one.controller.resize({ width: 120, height: 40 })
    expect(one.packets().state).toEqual(live)
    expect(one.frame().filter).toBe(before.filter)
  })

  it('still stops a live capture', () => {
    const live = liveStandIn()
    const one = driven({ live, options: { size: { width: 20, height: 5 } } }).keys('ctrl-c')
    expect([live.stops, one.asked]).toEqual([1, []])
    expect(one.keys('ctrl-c').asked).toEqual(['quit'])
  })
})

describe('the flow of a live capture', () => {
  it('hears of the time that passes without a frame', () => {
    const one = liveHalf().keys('2')
    command(one, '21')
    one.keys('3').work()
    expect(flow(one).fanOf(21)).toBe(null)
    // By then, all copies of what was published have come.
    one.workspace.tick(3_600e9)
    one.work()
    expect(flow(one).fanOf(21)?.delivery.publication.number).toBe(21)
  })
})
