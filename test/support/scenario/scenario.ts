/** Reads scenarios: MQTT conversations as text, who sends what when. The form is told in fixtures/README.md. */
import { findStatement, statementsOf } from '../../../src/conformance/catalogue.ts'
import { VERSIONS, type Side, type Version } from '../../../src/mqtt/version.ts'
import { Mistake, unknownName } from './mistake.ts'
import { WRITTEN_TYPES, packetBytes, type WrittenType } from './packet-bytes.ts'
import { hexOf, wordsOf, type Word } from './words.ts'

export interface StatementSide {
  /** Statement.id, of the scenario's version. */
  readonly id: string
  readonly side: Side
}

export interface Scenario {
  /** As given to `parseScenario`. */
  readonly name: string
  /** One sentence. */
  readonly title: string
  readonly version: Version
  readonly breaks: readonly StatementSide[]
  readonly keeps: readonly StatementSide[]
  /** Rules that find something too, besides those of `Step.marks`. */
  readonly also: readonly string[]
  readonly steps: readonly Step[]
}

/** One line of the conversation. */
export type Step = {
  /** From 1. */
  readonly line: number
} & (
  | { readonly kind: 'wait'; readonly nanoseconds: number }
  /** Connections opened from here on go to 10.0.0.`server`, or come from this address. */
  | { readonly kind: 'server'; readonly server: number }
  | { readonly kind: 'moves'; readonly client: string; readonly address: number }
  /** `handshake`: its beginning is in the capture. */
  | { readonly kind: 'connects'; readonly client: string; readonly handshake: boolean }
  | Sends
)

export interface Sends {
  readonly line: number
  readonly kind: 'sends'
  readonly client: string
  readonly from: Side
  /** Before it had received what came since its last segment. */
  readonly early: boolean
  /** Sent and received, but not captured. */
  readonly lost: boolean
  /** No segment without data acknowledges it. */
  readonly unacknowledged: boolean
  readonly what: Content
  /** Rules whose finding must point here. */
  readonly marks: readonly string[]
}

/** `resent` the data before once more · `closes` FIN, and the answer to it. */
export type Content =
  | { readonly kind: 'data'; readonly bytes: Uint8Array }
  | { readonly kind: 'resent' | 'ACK' | 'FIN' | 'RST' | 'closes' }

/** Throws an Error that names file, line and mistake. */
export function parseScenario(text: string, name: string): Scenario {
  return new Reader(name).read(text.split(/\r?\n/))
}

const NAME = /^(?!(?:wait|server)$)[A-Za-z][\w-]*$/
const UNITS: Readonly<Record<string, number>> = { ms: 1e6, s: 1e9, min: 60e9, h: 3600e9 }
const HEADERS = ['breaks', 'keeps', 'version', 'also']
const BARE = ['resent', 'ACK', 'FIN', 'RST', 'closes'] as const

/** What is known of a client's connection, so that nobody speaks on one that has ended. */
interface Speaking {
  version: Version
  sent: Record<Side, boolean>
  ended: Record<Side, 'FIN' | 'RST' | null>
}

class Reader {
  readonly #name: string
  #line = 0
  #title: string | null = null
  #version: Version | null = null
  readonly #headers: { line: number; word: 'breaks' | 'keeps'; text: string }[] = []
  readonly #also: string[] = []
  readonly #steps: Step[] = []
  readonly #clients = new Map<string, Speaking>()

  constructor(name: string) {
    this.#name = name
  }

  read(lines: readonly string[]): Scenario {
    try {
      const header = this.#header(lines)
      while (this.#line < lines.length) {
        this.#line++
        this.#step(lines[this.#line - 1]!)
      }
      if (this.#steps.length === 0) throw new Mistake('there is no conversation')
      return { name: this.#name, ...header, also: this.#also, steps: this.#steps }
    } catch (error) {
      if (error instanceof Mistake) throw new Error(`${this.#name}:${this.#line}: ${error.message}`, { cause: error })
      throw error
    }
  }

  // --- before the first empty line ---

  #header(lines: readonly string[]): Pick<Scenario, 'title' | 'version' | 'breaks' | 'keeps'> {
    for (const text of lines) {
      this.#line++
      if (text.startsWith('#')) continue
      if (text.trim() === '') {
        if (this.#title === null) continue
        break
      }
      if (this.#title === null) this.#title = text.trim()
      else this.#headerLine(text.trim())
    }
    if (this.#title === null) throw new Mistake('there is no title')
    if (this.#version === null) throw new Mistake(`version is missing: ${VERSIONS.join(', ')}`)
    const after = this.#line
    const breaks = this.#statements('breaks', this.#version)
    const keeps = this.#statements('keeps', this.#version)
    this.#line = after
    return { title: this.#title, version: this.#version, breaks, keeps }
  }

  #headerLine(text: string): void {
    const [, word = '', rest = ''] = /^(\S+)\s*(.*)$/.exec(text)!
    switch (word) {
      case 'breaks':
      case 'keeps':
        this.#headers.push({ line: this.#line, word, text: rest })
        return
      case 'version':
        this.#version = VERSIONS.find((version) => version === rest) ?? missing(`the version is one of ${VERSIONS.join(', ')}`)
        return
      case 'also':
        this.#also.push(...rest.split(/[\s,]+/).filter((rule) => rule !== ''))
        return
      default: throw unknownName('before the first empty line there is no', word, HEADERS)
    }
  }

  #statements(wanted: 'breaks' | 'keeps', version: Version): StatementSide[] {
    return this.#headers.filter(({ word }) => word === wanted).flatMap(({ line, text }) => {
      this.#line = line
      return text.split(',').map((one) => {
        const [id = '', side, ...more] = one.trim().split(/\s+/)
        if ((side !== 'client' && side !== 'server') || more.length > 0) throw new Mistake(`${one.trim()} is not ID client or ID server`)
        if (findStatement(version, id) === undefined) throw unknownName(`MQTT ${version} has no statement`, id, statementsOf(version).map((statement) => statement.id))
        return { id, side }
      })
    })
  }

  // --- the conversation ---

  #step(text: string): void {
    const words = wordsOf(text)
    const markAt = words.findIndex((word) => word.name === '!' && word.value === null)
    const marks = markAt < 0 ? [] : words.slice(markAt + 1).flatMap(({ name }) => name.split(',')).filter((rule) => rule !== '')
    if (markAt >= 0 && marks.length === 0) throw new Mistake('behind ! stands the id of a rule')
    const said = markAt < 0 ? words : words.slice(0, markAt)
    const [first, second] = said
    if (first === undefined) {
      if (markAt >= 0) throw new Mistake('there is nothing here that a finding could point at')
      return
    }
    if (second !== undefined && (second.name === '>' || second.name === '<')) {
      this.#sends(clientOf(first.value === null ? first.name : `${first.name}=`), second.name === '>' ? 'client' : 'server', said.slice(2), marks)
      return
    }
    if (marks.length > 0) throw new Mistake('only what is sent can be marked')
    this.#happens(said.map(({ name, value }) => (value === null ? name : missing(`${name}= has no place here`))))
  }

  /** What is no sending. */
  #happens(words: readonly string[]): void {
    const line = this.#line
    const [first = '', second = '', third, fourth] = words
    if (first === 'wait') this.#steps.push({ line, kind: 'wait', nanoseconds: durationOf(words.slice(1)) })
    else if (first === 'server' && words.length === 2) this.#steps.push({ line, kind: 'server', server: serverOf(second) })
    else if (second === 'connects' && words.length === 2) this.#open(clientOf(first), true)
    else if (second === 'is' && third === 'connected' && words.length === 3) this.#open(clientOf(first), false)
    else if (second === 'moves' && third === 'to' && fourth !== undefined && words.length === 4) {
      this.#steps.push({ line, kind: 'moves', client: clientOf(first), address: addressOf(fourth) })
    } else throw new Mistake(`not understood: ${words.join(' ')} (NAME > PACKET, NAME < PACKET, wait 2 s, NAME connects, NAME is connected, NAME moves to ADDRESS, server ADDRESS)`)
  }

  #open(client: string, handshake: boolean): Speaking {
    const speaking: Speaking = { version: this.#version!, sent: { client: false, server: false }, ended: { client: null, server: null } }
    this.#clients.set(client, speaking)
    this.#steps.push({ line: this.#line, kind: 'connects', client, handshake })
    return speaking
  }

  #sends(client: string, from: Side, words: readonly Word[], marks: readonly string[]): void {
    const speaking = this.#clients.get(client) ?? this.#open(client, true)
    const how = { early: false, lost: false, unacknowledged: false }
    let at = 0
    for (let word = words[0]; word !== undefined && word.value === null && word.name in how; word = words[++at]) how[word.name as keyof typeof how] = true
    const first = words[at]
    if (first === undefined) throw new Mistake(`what does the ${from} send?`)
    if (how.lost && marks.length > 0) throw new Mistake('what is lost is not in the capture: no finding can point at it')
    const what = this.#content(first.value === null ? first.name : `${first.name}=`, words.slice(at + 1), client, from, speaking)
    this.#steps.push({ line: this.#line, kind: 'sends', client, from, ...how, what, marks })
  }

  #content(first: string, words: readonly Word[], client: string, from: Side, speaking: Speaking): Content {
    const bare = BARE.find((kind) => kind === first)
    if (bare !== undefined) {
      if (words.length > 0) throw new Mistake(`nothing stands behind ${bare}`)
      this.#ends(bare, client, from, speaking)
      return { kind: bare }
    }
    const type = WRITTEN_TYPES.find((known) => known === first)
    if (type === undefined && first !== 'bytes') throw unknownName('there is no packet', first, [...WRITTEN_TYPES, ...BARE, 'bytes', 'early', 'lost', 'unacknowledged'])
    const bytes = type === undefined ? bytesOfWords(words) : this.#packet(type, words, client, speaking)
    if (speaking.ended[from] !== null) throw over(client, from, speaking.ended[from])
    speaking.sent[from] = true
    return { kind: 'data', bytes }
  }

  /** In the version of the connection, which a CONNECT chooses. */
  #packet(type: WrittenType, words: readonly Word[], client: string, speaking: Speaking): Uint8Array {
    if (type === 'CONNECT') speaking.version = versionOf(words) ?? this.#version!
    return packetBytes(type, speaking.version, client, words)
  }

  #ends(kind: (typeof BARE)[number], client: string, from: Side, { sent, ended }: Speaking): void {
    if (kind === 'resent' && !sent[from]) throw new Mistake(`the ${from} has sent nothing that could be sent again`)
    if (ended[from] === 'RST' || ((kind === 'FIN' || kind === 'closes') && ended[from] !== null)) throw over(client, from, ended[from]!)
    if (kind === 'closes' && Object.values(ended).includes('RST')) throw new Mistake('the connection has been reset: there is nothing to close')
    if (kind === 'FIN' || kind === 'RST') ended[from] = kind
    if (kind === 'closes') ended.client = ended.server = 'FIN'
  }
}

function missing(why: string): never {
  throw new Mistake(why)
}

function over(client: string, from: Side, by: string): Mistake {
  return new Mistake(`the ${from} has ended this connection by ${by}; ${client} connects opens another one`)
}

function clientOf(name: string): string {
  if (!NAME.test(name)) throw new Mistake(`${name} is no name of a client`)
  return name
}

function durationOf(words: readonly string[]): number {
  const [number = '', unit = ''] = words.length === 1 ? (words[0]!.match(/^([\d.]+)([a-z]+)$/)?.slice(1) ?? []) : words
  const nanoseconds = Number(number) * (UNITS[unit] ?? NaN)
  if (words.length > 2 || !(nanoseconds >= 1e6)) throw new Mistake(`wait NUMBER UNIT, from 1 ms on, the unit one of ${Object.keys(UNITS).join(', ')}`)
  return Math.round(nanoseconds)
}

function addressOf(text: string): number {
  const bytes = text.split('.').map(Number)
  if (!/^\d+(?:\.\d+){3}$/.test(text) || bytes.some((byte) => byte > 255)) throw new Mistake(`${text} is no IPv4 address`)
  return bytes.reduce((address, byte) => address * 256 + byte, 0)
}

function serverOf(text: string): number {
  const server = addressOf(text) - 0x0a00_0000
  if (server < 1 || server > 254) throw new Mistake(`${text} is not 10.0.0.1 to 10.0.0.254`)
  return server
}

function bytesOfWords(words: readonly Word[]): Uint8Array {
  const digits = words.map(({ name, value }) => (value === null ? name : missing(`${name}= is not hex digits`)))
  if (digits.length === 0) throw new Mistake('which bytes?')
  return Uint8Array.from(hexOf('', digits.join('')))
}

/** By the protocolLevel that a CONNECT states, with or without a bridge's bit; null where it states none that there is. */
function versionOf(words: readonly Word[]): Version | null {
  const level = words.find(({ name }) => name === 'protocolLevel')?.value
  return level === undefined || level === null ? null : VERSIONS[(Number(level.text) & 0x7f) - 3] ?? null
}
