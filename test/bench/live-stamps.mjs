// How right the times of the engine cap are, and how many frames it loses: `node test/bench/live-stamps.mjs [RATE [SECONDS [BUFFER_MIB]]]`, as root, on
// loopback. Prints the frames sent, those that tcpdump and the engine captured, and how much later the engine's times are than the kernel's, as percentiles in
// milliseconds, over the frames that both have.
//
// A small C program sends UDP packets with a sequence number, evenly spaced; tcpdump records the kernel's times at the same time. Needs cc, tcpdump and the
// package cap, and a build (npm run build). Other work on the machine makes the figures worse; compare only what was measured side by side.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import { build } from 'esbuild'

const PORT = 18_841
const [rate = 20_000, seconds = 10, bufferMiB = null] = process.argv.slice(2).map(Number)
if (!(rate > 0 && seconds > 0)) throw new Error('usage: node test/bench/live-stamps.mjs [RATE [SECONDS [BUFFER_MIB]]]')

/** Arguments: port, packets, nanoseconds between two. Keeps to its schedule: after a delay it catches up. */
const SENDER = `
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
int main(int argc, char **argv) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int sink = socket(AF_INET, SOCK_DGRAM, 0), out = socket(AF_INET, SOCK_DGRAM, 0);
  long count = atol(argv[2]), gap = atol(argv[3]);
  struct timespec next;
  unsigned char packet[100] = {0};
  if (argc < 4 || bind(sink, (struct sockaddr *)&to, sizeof to)) return 1;
  clock_gettime(CLOCK_MONOTONIC, &next);
  for (unsigned int number = 0; number < count; number++) {
    memcpy(packet, &number, sizeof number);
    sendto(out, packet, sizeof packet, 0, (struct sockaddr *)&to, sizeof to);
    next.tv_nsec += gap;
    while (next.tv_nsec >= 1000000000) { next.tv_nsec -= 1000000000; next.tv_sec++; }
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, 0);
  }
  return 0;
}
`

const folder = mkdtempSync(join(tmpdir(), 'mqtap-stamps-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const sender = join(folder, 'sender')
writeFileSync(`${sender}.c`, SENDER)
if (spawnSync('cc', ['-O2', '-o', sender, `${sender}.c`], { stdio: 'inherit' }).status !== 0) throw new Error('the sender could not be compiled')

// Beside the built child process, which the engine looks for there.
const bundle = join(import.meta.dirname, '../../dist/live-stamps-engine.mjs')
await build({ entryPoints: [join(import.meta.dirname, '../../src/io/live/cap-engine.ts')], outfile: bundle, bundle: true, format: 'esm', platform: 'node', logLevel: 'warning' })
const { CAP_ENGINE } = await import(pathToFileURL(bundle).href)
rmSync(bundle)

const filter = `udp dst port ${PORT}`
const kernelFile = join(folder, 'kernel.pcap')
const tcpdump = spawn('tcpdump', ['-i', 'lo', '-w', kernelFile, '-B', '131072', '-s', '128', '--time-stamp-precision=nano', filter], { stdio: 'ignore' })
const run = CAP_ENGINE.start(['lo'], { filter, snapLength: null, promiscuous: true, bufferMiB })
const pieces = []
const reading = (async () => {
  for await (const bytes of run.bytes) pieces.push(bytes)
})()
await sleep(1_000)
const sending = spawn(sender, [String(PORT), String(rate * seconds), String(Math.round(1e9 / rate))], { stdio: 'inherit' })
await new Promise((resolve) => sending.on('exit', resolve))
await sleep(1_500)
run.stop()
tcpdump.kill('SIGINT')
await Promise.all([reading, new Promise((resolve) => tcpdump.on('exit', resolve))])

const kernel = timesOf(readFileSync(kernelFile))
const ours = timesOf(Buffer.concat(pieces))
const late = []
for (const [number, time] of ours.times) {
  const truth = kernel.times.get(number)
  if (truth !== undefined) late.push(Number(time - truth) / 1e6)
}
late.sort((a, b) => a - b)
const at = (percent) => late[Math.min(late.length - 1, Math.floor(late.length * percent / 100))].toFixed(3)
console.log(`sent ${rate * seconds}, tcpdump ${kernel.times.size}, cap ${ours.times.size}; dropped by the queue: ${run.dropped ?? 'none'}; backward steps: ${ours.backward}`)
console.log(`late by (ms): least ${at(0)}, 50 % ${at(50)}, 90 % ${at(90)}, 99 % ${at(99)}, 99.9 % ${at(99.9)}, 99.99 % ${at(99.99)}, greatest ${at(100)}`)
console.log(`event loop of the child (ms): ${JSON.stringify(run.delays)}`)

/** Of a little-endian pcap file with nanoseconds: the time of each sequence number, and how often time ran backwards. */
function timesOf(file) {
  const times = new Map()
  let backward = 0
  let before = 0n
  for (let at = 24; at + 16 <= file.length; at += 16 + file.readUInt32LE(at + 8)) {
    const time = BigInt(file.readUInt32LE(at)) * 1_000_000_000n + BigInt(file.readUInt32LE(at + 4))
    // Behind Ethernet, IPv4 and UDP.
    times.set(file.readUInt32LE(at + 16 + 14 + 20 + 8), time)
    if (time < before) backward++
    before = time
  }
  return { times, backward }
}
