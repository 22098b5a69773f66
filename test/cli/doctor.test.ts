import { spawn } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { doctorObject, doctorText } from '../../src/cli/doctor.ts'
import { ANSI, PLAIN } from '../../src/report/colour.ts'
import { DOCTOR_SCHEMA } from '../../src/report/schema/doctor.ts'
import { checkAgainst } from '../report/schema-check.ts'
import { ended, PROGRAM, run } from './run.ts'
import type { DoctorObject } from '../../src/report/schema/doctor.ts'
import type { Diagnosis } from '../../src/io/live/doctor.ts'

const DIAGNOSIS: Diagnosis = {
  checks: [
    { name: 'Node.js', health: 'good', says: '20.20.2', mend: null },
    { name: 'tcpdump', health: 'limited', says: '4.99.3  may not capture', mend: 'sudo setcap tcpdump' },
    { name: 'lz4', health: 'missing', says: 'not installed', mend: 'sudo apt-get install lz4' },
  ],
  engines: [
    { name: 'dumpcap', timestamps: 'kernel', trouble: null },
    { name: 'cap', timestamps: 'arrival', trouble: { sentence: 'Node.js has no permission to capture', mend: 'sudo one\nsudo two' } },
  ],
  canCapture: true,
}

describe('the page', () => {
  test('some engine can capture', () => {
    expect(doctorText(DIAGNOSIS, PLAIN)).toBe([
      'What there is',
      '+ Node.js   20.20.2',
      '~ tcpdump   4.99.3  may not capture',
      '            sudo setcap tcpdump',
      '- lz4       not installed',
      '            sudo apt-get install lz4',
      '',
      'What can capture',
      '+ dumpcap   times by the kernel',
      '- cap       Node.js has no permission to capture',
      '            sudo one',
      '            sudo two',
      '',
      'mqtap can capture here, with dumpcap.',
      '',
    ].join('\n'))
  })

  test('no engine can', () => {
    expect(doctorText({ ...DIAGNOSIS, engines: DIAGNOSIS.engines.slice(1), canCapture: false }, PLAIN)).toMatch(/\nmqtap cannot capture here yet\.\n$/)
  })

  test('colour adds nothing but colour', () => {
    expect(doctorText(DIAGNOSIS, ANSI).replace(/\x1b\[[0-9;]*m/g, '')).toBe(doctorText(DIAGNOSIS, PLAIN))
  })
})

describe('the object', () => {
  const differences = checkAgainst(DOCTOR_SCHEMA)

  test('is what the schema says', () => {
    expect(differences(doctorObject(DIAGNOSIS))).toEqual([])
  })

  test('of this machine, and the exit code says the same', async () => {
    const { code, stdout, stderr } = await run(['doctor', '-f', 'json'])
    const found = JSON.parse(stdout) as { canCapture: boolean }
    expect(differences(found)).toEqual([])
    expect({ code, stderr }).toEqual({ code: found.canCapture ? 0 : 4, stderr: '' })
  })
})

test.skipIf(process.getuid?.() !== 0)('for a user without rights, it tells the command that gives them', async ({ skip }) => {
  const child = spawn(process.execPath, [PROGRAM, 'doctor', '-f', 'json'], { uid: 65_534, gid: 65_534 })
  const { engines, checks } = JSON.parse((await ended(child)).stdout) as DoctorObject
  if (checks.find(({ name }) => name === 'cap')!.health === 'missing') skip('the package cap is not there')
  expect(engines.find(({ name }) => name === 'cap')).toMatchObject({
    usable: false,
    trouble: 'Node.js has no permission to capture',
    mend: 'sudo setcap cap_net_raw,cap_net_admin=eip "$(readlink -f "$(command -v node)")"',
  })
})

test('a format that there is not', async () => {
  expect((await run(['doctor', '-f', 'csv'])).stderr).toContain('choose one of text, json')
})
