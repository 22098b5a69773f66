// Pipes days of traffic into a command, samples its memory, and compares what it counts with what went in.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Days } from './make-days.mjs'

const PROGRAM = join(import.meta.dirname, '..', '..', 'bin', 'mqtap.js')
const COMMANDS = { read: ['read', '-q', '-'], report: ['report', '-f', 'json', '--fail-on', 'never', '-'] }
const SAMPLES = 50

/** Resolves to the highest memory in MB, how many samples there were, how long it took, and what the command counts differently. */
export async function days(command, { frames, days, sampled = () => undefined }) {
  const begun = performance.now()
  const child = spawn(process.execPath, [PROGRAM, ...COMMANDS[command]], { stdio: ['pipe', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text) => (output += text))
  const ended = once(child, 'close')
  let samples = 0
  let peak = 0
  const traffic = new Days({
    frames, days,
    write: async (chunk) => {
      // The stream keeps it beyond the call.
      if (!child.stdin.write(Buffer.from(chunk))) await once(child.stdin, 'drain')
      const { frames: made } = traffic.counts
      if (made < (samples * frames) / SAMPLES) return
      samples++
      const memory = memoryOf(child.pid)
      if (memory === null) return
      peak = Math.max(peak, memory)
      sampled(made, memory)
    },
  })
  const made = await traffic.run()
  child.stdin.end()
  const [code] = await ended
  const differences = code === 0 ? DIFFERENCES[command](output, made) : [`it ended with ${code}`]
  return { samples, peak, seconds: (performance.now() - begun) / 1_000, differences }
}

/** Resident megabytes; null where the system does not say. */
function memoryOf(pid) {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1_024
  } catch {
    return null
  }
}

const DIFFERENCES = {
  /** The summary that `read` ends with. */
  read: (output, made) => {
    const counted = Object.fromEntries([...output.matchAll(/^(\S.*?|  [A-Z]+) +([\d,]+)(,|$)/gm)].map(([, name, count]) => [name.trim(), Number(count.replaceAll(',', ''))]))
    const types = Object.fromEntries(Object.entries(made.packetTypes).filter(([, count]) => count > 0))
    const wanted = { Frames: made.frames, 'TCP streams': made.streams, 'MQTT packets': made.packets, ...types }
    return Object.entries(wanted).flatMap(([what, count]) => (counted[what] === count ? [] : [`${what} ${counted[what]}, not ${count}`]))
  },
  report: (output, made) => {
    const { capture, summary, packetTypes, timing, statements, connections, connectionsLeftOut } = JSON.parse(output)
    const differences = []
    const same = (what, found, wanted) => {
      if (found !== wanted) differences.push(`${what} ${found}, not ${wanted}`)
    }
    same('frames', capture.frames, made.frames)
    same('frameBytes', capture.frameBytes, made.frameBytes)
    same('streams', capture.streams, made.streams)
    same('mqttStreams', capture.mqttStreams, made.streams)
    same('packets', summary.packets, made.packets)
    same('connections', summary.connections, made.streams)
    same('connections listed and left out', connections.length + connectionsLeftOut, made.streams)
    same('clients', summary.clients, made.clients)
    for (const [what, count] of Object.entries(capture.leftOut)) same(`${what} left out`, count, 0)
    same('errors', summary.findings.error, 0)
    same('warnings', summary.findings.warning, 0)
    same('notes of Keep Alive', summary.findings.note, made.lasting)
    let exchanges = 0
    let unanswered = 0
    for (const [kind, its] of Object.entries(timing)) {
      same(`${kind} answered`, its.answered, made.answered[kind] ?? 0)
      same(`${kind} failed`, its.failed + its.partlySeen, 0)
      exchanges += its.answered + its.unanswered
      unanswered += its.unanswered
    }
    same('unanswered', unanswered, made.unanswered)
    same('exchanges', summary.exchanges, exchanges)
    same('verdict', summary.verdict, 'pass')
    same('statements broken', statements.filter(({ verdict }) => verdict === 'fail').length, 0)
    for (const [type, count] of Object.entries(made.packetTypes)) same(type, packetTypes[type], count)
    return differences
  },
}
