// How live capture holds up: `node test/bench/live-load.mjs [MESSAGES_A_SECOND [SECONDS [ENGINE…]]]`, as root on Linux, after a build.
//
// Clients publish on loopback with QoS 0, each message in a segment of its own and with a number; with each engine `mqtap live --report -w` captures, and tcpdump with a
// large buffer beside it as a witness. Prints what was sent, captured, lost and left out, and how far the engine's times are from those of the witness: frames are
// matched by their bytes.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const rate = Number(process.argv[2] ?? 10_000)
const seconds = Number(process.argv[3] ?? 10)
const engines = process.argv.length > 4 ? process.argv.slice(4) : ['dumpcap', 'tcpdump', 'cap']
const PORT = 18_839
const CLIENTS = 20
const PROGRAM = join(import.meta.dirname, '..', '..', 'bin', 'mqtap.js')

if (process.argv[2] === 'generate') await generate(Number(process.argv[3]), Number(process.argv[4]))
else for (const engine of engines) await measure(engine)

/** In a process of its own: prints the number of messages when all are sent. */
async function generate(messagesASecond, duration) {
  const server = net.createServer((socket) => {
    socket.setNoDelay(true)
    socket.once('data', () => socket.write(Buffer.from('20020000', 'hex')))
    socket.resume()
  }).listen(PORT, '127.0.0.1')
  await once(server, 'listening')
  const sockets = []
  for (let number = 0; number < CLIENTS; number++) {
    const socket = net.connect(PORT, '127.0.0.1')
    socket.setNoDelay(true)
    const id = Buffer.from(`load-${String(number).padStart(4, '0')}`)
    socket.write(Buffer.concat([Buffer.from([0x10, 12 + id.length]), Buffer.from('00044d5154540402003c', 'hex'), Buffer.from([0, id.length]), id]))
    await once(socket, 'data')
    sockets.push(socket)
  }
  const begun = performance.now()
  let sent = 0
  while (performance.now() - begun < duration * 1_000) {
    const due = Math.floor(((performance.now() - begun) / 1_000) * messagesASecond)
    for (; sent < due; sent++) {
      const payload = Buffer.from(`message ${String(sent).padStart(10, '0')}`)
      sockets[sent % CLIENTS].write(Buffer.concat([Buffer.from([0x30, 8 + payload.length, 0, 6]), Buffer.from('load/x'), payload]))
    }
    await new Promise((resolve) => setImmediate(resolve))
  }
  for (const socket of sockets) socket.end(Buffer.from('e000', 'hex'))
  await sleep(500)
  console.log(sent)
  process.exit(0)
}

async function measure(engine) {
  const folder = mkdtempSync(join(tmpdir(), 'mqtap-load-'))
  try {
    const [written, witness] = [join(folder, 'live.pcapng'), join(folder, 'witness.pcap')]
    const tcpdump = program('tcpdump', ['-i', 'lo', '-B', '262144', '-s', '256', '--time-stamp-precision=nano', '-w', witness, `tcp port ${PORT}`])
    await tcpdump.says('listening on')
    const live = program(process.execPath, [PROGRAM, 'live', '-i', 'lo', '--port', String(PORT), '--engine', engine, '-w', written, '--report', '-f', 'json', '--fail-on', 'never'])
    await live.says('capturing on')
    const load = program(process.execPath, [import.meta.filename, 'generate', String(rate), String(seconds)])
    await load.ended
    await sleep(2_500)
    live.child.kill('SIGINT')
    await live.ended
    tcpdump.child.kill('SIGINT')
    await tcpdump.ended
    const report = JSON.parse(live.stdout)
    const [ours, theirs] = [framesOf(readFileSync(written)), framesOf(readFileSync(witness))]
    const errors = compare(ours, theirs)
    const { frames, droppedFrames, timestamps, gaps } = report.capture
    const published = report.packetTypes.PUBLISH ?? 0
    console.log(`${engine}: ${Number(load.stdout)} messages in ${seconds} s, ${Math.round(theirs.length / seconds)} frames/s; witness ${theirs.length} frames (${/(\d+) packets dropped/.exec(tcpdump.stderr)?.[1]} dropped)`)
    console.log(`  captured ${frames}, of the witness's ${errors.missing} missing, dropped ${droppedFrames}, PUBLISH ${published}, gaps ${gaps}, findings ${report.findings.length}; timestamps ${timestamps}`)
    console.log(`  error of the times in us: ${[0.5, 0.9, 0.99, 0.999, 1].map((part) => `${part * 100} % ${(errors.sorted[Math.min(errors.sorted.length - 1, Math.floor(part * errors.sorted.length))] / 1e3).toFixed(1)}`).join('  ')}`)
    console.log(`  ${live.stderr.trim().split('\n').slice(1).join('\n  ')}`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function program(command, args) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const it = { child, stdout: '', stderr: '', ended: null, says: null }
  child.stdout.on('data', (text) => (it.stdout += text))
  child.stderr.on('data', (text) => (it.stderr += text))
  it.ended = once(child, 'close')
  it.says = async (words) => {
    while (!it.stderr.includes(words)) {
      if (child.exitCode !== null) throw new Error(it.stderr)
      await sleep(20)
    }
  }
  return it
}

/** Frames of a little-endian pcap with nanoseconds, or of a pcapng as mqtap writes it: time and bytes, up to what the witness keeps of a frame. */
function framesOf(file) {
  const view = new DataView(file.buffer, file.byteOffset, file.length)
  const frames = []
  if (view.getUint32(0, true) === 0xa1b23c4d) {
    for (let at = 24; at + 16 <= file.length;) {
      const length = view.getUint32(at + 8, true)
      frames.push({ time: BigInt(view.getUint32(at, true)) * 1_000_000_000n + BigInt(view.getUint32(at + 4, true)), bytes: file.toString('latin1', at + 16, at + 16 + length) })
      at += 16 + length
    }
    return frames
  }
  for (let at = 0; at + 12 <= file.length; at += view.getUint32(at + 4, true)) {
    if (view.getUint32(at, true) !== 6) continue
    const length = view.getUint32(at + 20, true)
    frames.push({ time: (BigInt(view.getUint32(at + 12, true)) << 32n) + BigInt(view.getUint32(at + 16, true)), bytes: file.toString('latin1', at + 28, at + 28 + Math.min(length, 256)) })
  }
  return frames
}

/** How far the times of the same frames are apart, in nanoseconds; and how many of `theirs` are not among `ours`. */
function compare(ours, theirs) {
  const times = new Map()
  for (const { time, bytes } of ours) times.set(bytes, [...(times.get(bytes) ?? []), time])
  const errors = []
  let missing = 0
  for (const { time, bytes } of theirs) {
    const found = times.get(bytes)?.shift()
    if (found === undefined) missing++
    else errors.push(Math.abs(Number(found - time)))
  }
  return { sorted: errors.sort((a, b) => a - b), missing }
}
