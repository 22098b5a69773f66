import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { test } from 'vitest'
import { judge } from './judging.ts'
test('all', () => {
  const out: string[] = []
  for (const name of readdirSync('fixtures/captures').filter((n) => /\.pcap(ng)?(\.gz)?$/.test(n))) {
    let bytes: Uint8Array = readFileSync('fixtures/captures/' + name)
    if (name.endsWith('.gz')) bytes = gunzipSync(bytes)
    const judgement = judge(bytes)
    out.push(`== ${name}`)
    for (const f of judgement.findings) if (!f.rule.startsWith("answer.")) out.push(`${f.severity} ${f.certainty} ${f.actor} ${f.rule} s${f.stream} f${f.frame} ${f.message} [${f.evidence.join()}]`)
    for (const l of judgement.findingsLeftOut) out.push(`left out ${l.rule} ${l.count}`)
  }
  writeFileSync('/tmp/exch/captures.txt', out.join('\n'))
}, 300_000)
