/**
 * Reads the annotated packets of `fixtures/packets/VERSION/NAME.hex.txt`.
 *
 * NAME is a problem code, or the type of packets without a problem. A file has sections, each one packet:
 *
 *     == what is special about it
 *     # why it is as it is
 *     version: the connection's, as the decoder is told it
 *     direction: client-to-server, server-to-client or unknown
 *     problem: CODE START-END SEVERITY STATEMENT…
 *       says: the message
 *
 *     30 0a  # bytes in hex, and what they are
 */
import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Problem, Severity } from '../../../src/mqtt/problem.ts'
import { VERSIONS } from '../../../src/mqtt/version.ts'
import type { Direction, Version } from '../../../src/mqtt/version.ts'
import { hex } from './build.ts'

export interface PacketFixture {
  /** `3.1.1/publish.dup-on-qos0: plain` */
  readonly name: string
  /** Of the folder: the version that the packet is about. */
  readonly folder: Version
  /** The file's name: a problem code, or a packet type in lower case. */
  readonly subject: string
  readonly version: Version
  readonly direction: Direction | null
  readonly bytes: Uint8Array
  readonly problems: readonly Problem[]
}

const ROOT = fileURLToPath(new URL('../../../fixtures/packets/', import.meta.url))
const SUFFIX = '.hex.txt'

export function readPacketFixtures(): PacketFixture[] {
  return VERSIONS.flatMap((folder) =>
    readdirSync(ROOT + folder).sort().flatMap((file) => {
      const subject = file.slice(0, -SUFFIX.length)
      const [before, ...sections] = readFileSync(`${ROOT}${folder}/${file}`, 'utf8').split(/^== /m)
      if (!file.endsWith(SUFFIX) || before !== '' || sections.length === 0) throw new Error(`${folder}/${file} is no file of packets`)
      return sections.map((section) => parseSection(section, folder, subject))
    }),
  )
}

function parseSection(section: string, folder: Version, subject: string): PacketFixture {
  const [title, ...lines] = section.split('\n')
  const name = `${folder}/${subject}: ${title}`
  let version: Version | undefined
  let direction: Direction | null | undefined
  const problems: Problem[] = []
  const bytes: number[] = []
  for (const line of lines) {
    const [content] = line.split('#')
    const [, key, value] = /^\s*([a-z]+): (.*)$/.exec(line) ?? []
    if (key === 'version') version = value as Version
    else if (key === 'direction') direction = value === 'unknown' ? null : (value as Direction)
    else if (key === 'problem') problems.push(parseProblem(value!, name))
    else if (key === 'says') problems.push({ ...problems.pop()!, message: value! })
    else bytes.push(...hex(content!))
  }
  if (version === undefined || direction === undefined || bytes.length === 0) throw new Error(`${name} lacks its version, direction or bytes`)
  return { name, folder, subject, version, direction, bytes: Uint8Array.from(bytes), problems }
}

function parseProblem(text: string, name: string): Problem {
  const [code, range, severity, ...statements] = text.split(' ')
  const [start, end] = (range ?? '').split('-').map(Number)
  if (code === undefined || start === undefined || end === undefined || severity === undefined) throw new Error(`${name}: problem: ${text}`)
  return { code, severity: severity as Severity, statements, start, end, message: '' }
}
