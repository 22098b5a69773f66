import { describe, expect, it } from 'vitest'
import { commandCompletions, parseCommand } from '../../src/tui/model/commands.ts'

describe('what is typed after `:`', () => {
  it('is the number of a packet', () => {
    expect(parseCommand(' 42 ')).toEqual({ kind: 'go-to', packet: 42 })
  })

  it('is a command with what follows it, by each of its names', () => {
    expect(parseCommand('w a b.pcapng')).toEqual({ kind: 'export', name: 'a b.pcapng' })
    expect(parseCommand('write out.pcapng ')).toEqual({ kind: 'export', name: 'out.pcapng' })
    expect(parseCommand('report out.md')).toEqual({ kind: 'report', name: 'out.md' })
    expect(parseCommand('filter mqtt.qos > 0')).toEqual({ kind: 'filter', text: 'mqtt.qos > 0' })
    expect(parseCommand('mute MQTT-3.1.2-24')).toEqual({ kind: 'mute', rule: 'MQTT-3.1.2-24' })
    for (const quit of ['q', 'quit']) expect(parseCommand(quit)).toEqual({ kind: 'quit' })
    expect(parseCommand('unmute')).toEqual({ kind: 'unmute' })
    expect(parseCommand('help')).toEqual({ kind: 'help' })
  })

  it('clears the filter where none is given', () => {
    expect(parseCommand('filter')).toEqual({ kind: 'filter', text: '' })
  })

  it('is a mistake that says what would do', () => {
    const sentence = (text: string) => {
      const command = parseCommand(text)
      return command.kind === 'mistake' ? command.sentence : command
    }
    expect(sentence('w')).toBe('w needs FILE: the filtered packets, as pcapng')
    expect(sentence('quit now')).toBe('Nothing goes with quit')
    expect(sentence('-3')).toBe("There is no command -3: a packet's number, or one of w, report, filter, mute, unmute, help, q")
    expect(sentence('constructor')).toMatch(/^There is no command constructor/)
  })
})

describe('what may come next', () => {
  it('is the rest of a command', () => {
    expect(commandCompletions('', 0, [])).toEqual({ start: 0, options: ['write', 'report', 'filter', 'mute', 'unmute', 'help', 'quit'] })
    expect(commandCompletions('  re', 4, [])).toEqual({ start: 2, options: ['report'] })
    expect(commandCompletions('help', 4, [])).toEqual({ start: 0, options: [] })
  })

  it('is what stands before the cursor', () => {
    expect(commandCompletions('mxx', 1, [])).toEqual({ start: 0, options: ['mute'] })
  })

  it('is a rule that has findings, behind mute alone', () => {
    expect(commandCompletions('mute ', 5, ['a.one', 'b.two'])).toEqual({ start: 5, options: ['a.one', 'b.two'] })
    expect(commandCompletions('mute b', 6, ['a.one', 'b.two'])).toEqual({ start: 5, options: ['b.two'] })
    expect(commandCompletions('report b', 8, ['b.two'])).toEqual({ start: 8, options: [] })
  })
})
