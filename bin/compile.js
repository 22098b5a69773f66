/** A step of the build: keeps the program in its compiled form, with whatever of it the usual commands need. */
const { writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { COMPILED, run, script } = require('./program.js')

const CAPTURE = join(__dirname, '../fixtures/captures/qmqtt.pcap')
const COMMANDS = [
  ['read', CAPTURE],
  ['read', '-q', CAPTURE],
  ['read', '-f', 'fields', '-e', 'mqtt.topic', CAPTURE],
  ['flows', CAPTURE],
  ['stats', CAPTURE],
  ['report', CAPTURE],
]

async function main() {
  const program = script()
  const write = process.stdout.write
  process.stdout.write = (_text, ...more) => {
    more.at(-1)?.()
    return true
  }
  for (const command of COMMANDS) {
    process.argv = [process.execPath, 'mqtap', ...command]
    await run(program)
  }
  process.stdout.write = write
  if (process.exitCode !== 0) throw new Error(`the program ended with ${process.exitCode}`)
  writeFileSync(COMPILED, program.createCachedData())
}

void main()
