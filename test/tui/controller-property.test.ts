import fc from 'fast-check'
import { createElement } from 'react'
import { describe, expect, it } from 'vitest'
import { Frame } from '../../src/tui/frame.tsx'
import { KEY_TABLE } from '../../src/tui/keymap.ts'
import { themeOf } from '../../src/tui/theme.ts'
import { renderText } from './render.ts'
import { Driven, liveStandIn } from './tui-controller.ts'

const SIZES = [{ width: 60, height: 15 }, { width: 80, height: 24 }, { width: 120, height: 40 }, { width: 200, height: 50 }] as const
const TINY = [{ width: 59, height: 15 }, { width: 60, height: 14 }, { width: 10, height: 3 }, { width: 1, height: 1 }] as const

function fits(driven: Driven): string[] {
  const frame = driven.frame()
  const lines = renderText(createElement(Frame, frame), frame.width, frame.height)
  expect(lines.length).toBeLessThanOrEqual(frame.height)
  return lines
}

const STATES: Readonly<Record<string, readonly string[]>> = {
  'as it is': [],
  'with help': ['?'],
  'with a field': ['/'],
  'with a mistake in a field': ['/', 'm', 'q', '=', '('],
  'with a command': [':', 'r'],
  paused: [' '],
  maximised: ['\\'],
  'of the other pane': ['tab'],
  'in its other form': ['v'],
  'in its third form': ['v', 'v'],
  'with a filter that nothing matches': ['/', ...'frame.number == 0', 'enter'],
}

describe('the screen', () => {
  for (const [state, keys] of Object.entries(STATES)) {
    it(`fits in every view and size, ${state}`, () => {
      for (const capture of ['mqttjs-5.0.pcap', null]) {
        for (const view of ['1', '2', '3', '4', '5']) {
          for (const ascii of keys.length === 0 ? [false, true] : [false]) {
            const driven = new Driven({ capture, options: { theme: themeOf(true, ascii) } })
            driven.keys(view).work().frame()
            driven.keys(...keys).work()
            for (const { width, height } of [...SIZES, ...TINY]) {
              driven.controller.resize({ width, height })
              const lines = fits(driven)
              const tiny = width < 60 || height < 15
              expect(lines[0], `${view} ${width}x${height}`).toMatch(tiny ? new RegExp(`^${'needs 60x15, now'.slice(0, width - 1)}`) : /^ mqtap /)
            }
            driven.store.close()
          }
        }
      }
    }, 30_000)
  }
})

const KEYS = [...new Set(KEY_TABLE.flatMap(({ keys }) => keys))]
type Step = { readonly key: string } | { readonly text: string } | { readonly size: { readonly width: number; readonly height: number } } | { readonly more: true } | { readonly draw: true }

const steps: fc.Arbitrary<Step[]> = fc.array(fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom(...KEYS).map((key) => ({ key })) },
  { weight: 4, arbitrary: fc.constantFrom('1', '2', '3', '4', '5', 'enter', 'escape').map((key) => ({ key })) },
  { weight: 3, arbitrary: fc.constantFrom('mqtt.qos > 0', 'tcp.stream == 0', 'frame.number == 0', '0', '7', '99999999999', 'PUB', 'no such text', 'unmute', 'q', 'mute x').map((text) => ({ text })) },
  { weight: 1, arbitrary: fc.constantFrom(...SIZES, ...TINY).map((size) => ({ size })) },
  { weight: 2, arbitrary: fc.constant({ more: true as const }) },
  { weight: 3, arbitrary: fc.constant({ draw: true as const }) },
), { maxLength: 60 })

describe('any keys', () => {
  for (const capture of ['mqttjs-5.0.pcap', 'keep-alive.pcap', null]) {
    it(`never fail, and the screen always fits: ${capture ?? 'a capture without a frame'}`, () => {
      fc.assert(fc.property(steps, fc.boolean(), fc.boolean(), (all, live, small) => {
        const driven = new Driven({ capture, part: 0.2, live: live ? liveStandIn() : null, ...(small ? { spoolLimit: 16_384 } : {}) })
        try {
          let part = 0.2
          for (const step of all) {
            if ('key' in step) driven.keys(step.key)
            else if ('text' in step) driven.type(step.text)
            else if ('size' in step) driven.controller.resize(step.size)
            else if ('draw' in step) fits(driven)
            else driven.give(part = Math.min(1, part + 0.2))
            driven.controller.work()
          }
          fits(driven)
        } finally {
          driven.store.close()
        }
      }), { numRuns: 20 })
    }, 60_000)
  }
})
