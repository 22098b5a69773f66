import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { OutputError } from '../../src/io/errors.ts'
import { writeReport } from '../../src/tui/report-writing.ts'
import { Driven } from './tui-controller.ts'

let folder = ''
beforeEach(() => void (folder = mkdtempSync(path.join(tmpdir(), 'mqtap-report-'))))
afterEach(() => rmSync(folder, { recursive: true }))

const how = (inputs: readonly string[] = []) => ({ toolVersion: '0.1.0', timestamps: 'file', inputs, utc: true }) as const

function written(name: string, driven: Driven): string {
  const file = path.join(folder, name)
  expect(writeReport(file, driven.workspace, how())).toBe(`Report written to ${file}`)
  return readFileSync(file, 'utf8')
}

describe('a report of the screens', () => {
  it('has the format that the name of its file asks for', () => {
    const driven = new Driven({ capture: 'keep-alive.pcap' })
    expect(written('a.html', driven)).toMatch(/^<!doctype html/i)
    expect(written('a.HTM', driven)).toMatch(/^<!doctype html/i)
    expect(written('a.md', driven)).toMatch(/^#/m)
    expect(JSON.parse(written('a.json', driven))).toBeTypeOf('object')
    expect(written('a.xml', driven)).toMatch(/^<\?xml/)
    expect(written('a.txt', driven)).not.toContain('\x1b')
    driven.store.close()
  })

  it('is of what has come so far, and can be written again', () => {
    const driven = new Driven({ capture: 'keep-alive.pcap', part: 0.5 })
    const before = written('a.txt', driven)
    expect(written('a.txt', driven)).toBe(before)
    driven.give(1)
    driven.workspace.finish()
    expect(written('a.txt', driven)).not.toBe(before)
    driven.store.close()
  })

  it('is not written under another name', () => {
    const driven = new Driven({ capture: null })
    for (const name of ['report', 'report.pdf', 'report.constructor', 'report.__proto__', '.', '']) {
      expect(writeReport(path.join(folder, 'x', name), driven.workspace, how())).toBe('A report ends in .txt, .md, .html, .htm, .json, .xml')
    }
    expect(readdirSync(folder)).toEqual([])
    driven.store.close()
  })

  it('is never written onto the capture, nor where there is no folder', () => {
    const driven = new Driven({ capture: 'keep-alive.pcap' })
    const capture = path.join(folder, 'capture.txt')
    writeFileSync(capture, 'frames')
    expect(() => writeReport(capture, driven.workspace, how([capture]))).toThrow(OutputError)
    expect(readFileSync(capture, 'utf8')).toBe('frames')
    expect(() => writeReport(path.join(folder, 'none', 'a.txt'), driven.workspace, how())).toThrow(OutputError)
    expect(readdirSync(folder)).toEqual(['capture.txt'])
    driven.store.close()
  })
})
