import { expect, test } from 'vitest'
import { PALETTE, SHAPE_PAIRS, TEXT_PAIRS, type ColourName } from '../../../src/report/html/palette.ts'

/** WCAG 2.2, relative luminance. */
function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!
}

function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (light! + 0.05) / (dark! + 0.05)
}

function tooLow(pairs: readonly (readonly [ColourName, ColourName])[], least: number): string[] {
  return pairs.flatMap(([front, back]) => (['light', 'dark'] as const).flatMap((theme) => {
    const value = contrast(PALETTE[front][theme], PALETTE[back][theme])
    return value >= least ? [] : [`${front} on ${back}, ${theme}: ${value.toFixed(2)}`]
  }))
}

test('text has a contrast of 4.5', () => {
  expect(tooLow(TEXT_PAIRS, 4.5)).toEqual([])
})

test('bars and lines have a contrast of 3', () => {
  expect(tooLow(SHAPE_PAIRS, 3)).toEqual([])
})
