import { networkInterfaces } from 'node:os'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { PROGRAM, ROOT, run } from './run.ts'

const { version } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as { version: string }

test.each([['--version'], ['-v'], ['read --version']])('%s', async (args) => {
  expect(await run(args.split(' '))).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
})

describe('help', () => {
  test.each([
    [['--help'], ['mqtap read', 'mqtap flows', 'mqtap stats', 'mqtap report', 'mqtap rules', 'mqtap decode', 'mqtap fields', 'mqtap interfaces', 'mqtap doctor', 'mqtap completion', 'Exit codes']],
    [['-h'], ['mqtap read']],
    [['read', '--help'], ['-Y, --filter', '-w, --write', '--fail-on', 'Examples:']],
    [['flows', '--help'], ['-Y, --filter', '--ladder', '--client', '--slow', '--open', '--failed', '-q, --quiet', 'mermaid', 'Examples:']],
    [['stats', '--help'], ['-Y, --filter', '--top', '--sort', '--interval', 'Examples:']],
    [['report', '--help'], ['--only', '--ignore', '--side', '--config', '--baseline', '--max-findings-per-rule', '-o, --output', '--fail-on', 'Examples:']],
    [['rules', '--help'], ['PATTERN', '-f, --format', 'Examples:']],
    [['decode', '--help'], ['--base64', '--direction', 'Examples:']],
    [['fields', '-h'], ['PATTERN']],
    [['interfaces', '--help'], ['-f, --format', 'Examples:']],
    [['doctor', '--help'], ['Exits with 0', '-f, --format', 'Examples:']],
  ])('%j fits 80 columns and names what there is', async (args, words) => {
    const { code, stdout, stderr } = await run(args)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
    for (const word of words) expect(stdout).toContain(word)
    expect(stdout).not.toMatch(/\[(string|boolean|array)\]|undefined/)
  })

  test.each(
    ['', 'view', 'read', 'flows', 'connections', 'stats', 'report', 'live', 'rules', 'decode', 'fields', 'interfaces', 'doctor', '--keys'].flatMap((command) => [[command, '80'], [command, '120']]),
  )('%s --help breaks no line early or twice, on a terminal of %s columns', async (command, columns) => {
    const { stdout } = await run([...(command === '' ? [] : [command]), '--help'], { env: { COLUMNS: columns } })
    const [usage, examples] = [stdout.split(/\n\n(?=[A-Z][^\n]*:\n)/)[0]!, stdout.split('Examples:\n')[1] ?? '']
    const ends = usage.split('\n').flatMap((line, index, lines) => (line !== '' && (lines[index + 1] ?? '') !== '' ? [line] : []))
    expect(ends.filter((line) => line.length < 68)).toEqual([])
    expect(examples.split('\n').filter((line) => line !== '' && !/^ {2}.*\bmqtap .* {2}\S/.test(line))).toEqual([])
  })

  test('in English, whatever the language of the system', async () => {
    expect((await run(['--help'], { env: { LANG: 'de_DE.UTF-8', LC_ALL: 'de_DE.UTF-8' } })).stdout).toContain('Options:')
  })
})

describe('completion', () => {
  test.each([
    ['bash', '/bin/bash', 'complete -o bashdefault'],
    ['zsh', '/bin/zsh', '#compdef mqtap'],
  ])('a script for %s', async (_name, shell, words) => {
    const { code, stdout } = await run(['completion'], { env: { SHELL: shell, ...(shell.endsWith('zsh') ? { ZSH_NAME: 'zsh' } : {}) } })
    expect(code).toBe(0)
    expect(stdout).toContain(words)
  })

  test.each([
    ['commands', [''], ['read', 'flows', 'stats', 'report', 'rules', 'decode', 'fields']],
    ['options', ['read', '--fai'], ['--fail-on']],
    ['formats of read', ['read', '-f', ''], ['line', 'ndjson', 'csv']],
    ['formats of flows', ['flows', '-f', ''], ['line', 'ndjson', 'json', 'csv', 'mermaid']],
    ['formats of stats', ['stats', '-f', ''], ['text', 'json']],
    ['orders of stats', ['stats', '--sort', ''], ['bytes', 'packets']],
    ['options of stats', ['stats', '--int'], ['--interval']],
    ['formats of report', ['report', '-f', ''], ['text', 'json', 'junit', 'markdown']],
    ['sides', ['report', '--side', ''], ['client', 'server', 'both']],
    ['rules and statements', ['report', '--only', 'publish.dup'], ['publish.dup-on-qos0']],
    ['ids of rules', ['rules', 'MQTT-3.3.1-'], ['MQTT-3.3.1-2']],
    ['formats of rules', ['rules', '-f', ''], ['text', 'json']],
    ['formats of interfaces', ['interfaces', '-f', ''], ['text', 'json']],
    ['formats of doctor', ['doctor', '-f', ''], ['text', 'json']],
    ['formats of decode', ['decode', '-f', ''], ['detail', 'ndjson', 'json']],
    ['fields', ['read', '-e', 'mqtt.property.top'], ['mqtt.property.topic_alias', 'mqtt.property.topic_alias_maximum']],
    ['fields of exchanges', ['flows', '-Y', 'mqtt.exchange.re'], ['mqtt.exchange.reason_code', 'mqtt.exchange.retransmitted']],
    ['fields to look up', ['fields', 'mqtt.exchange.re'], ['mqtt.exchange.reason_code', 'mqtt.exchange.retransmitted']],
    ['forms of time', ['read', '--time', 'utc'], ['utc-clock', 'utc-date']],
  ])('offers %s', async (_name, words, offers) => {
    const { stdout } = await run(['--get-yargs-completions', 'mqtap', ...words], { env: { SHELL: '/bin/bash' } })
    expect(stdout.split('\n')).toEqual(expect.arrayContaining(offers))
  })

  test('offers fields of exchanges to flows alone', async () => {
    const offers = async (command: string) => (await run(['--get-yargs-completions', 'mqtap', command, '-Y', 'mqtt.ex'])).stdout
    expect(await offers('read')).toBe('')
    expect(await offers('flows')).toMatch(/^mqtt\.exchange$/m)
  })

  test.each([
    ['view --', ['--filter', '--show-secrets', '--spool-limit'], []],
    ['view --s', ['--show-secrets', '--spool-limit'], ['--filter']],
    ['view -', ['-Y', '--filter'], []],
    ['read a.pcap --', ['--filter', '--details'], ['--spool-limit']],
    ['live --', ['--interface', '--ring-buffer'], []],
    ['live -', ['-i', '--interface'], []],
    ['--', ['--help', '--version', '--keys'], []],
    ['live -- -', [], ['-i', '--interface']],
  ])('in bash, %j and Tab', async (line, offers, not) => {
    const words = ['mqtap', ...line.split(' ')]
    const script = `mqtap() { "${process.execPath}" "${PROGRAM}" "$@"; }
      source <(mqtap completion)
      COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
      _mqtap_yargs_completions
      printf '%s\\n' "\${COMPREPLY[@]}"`
    const { stdout } = await promisify(execFile)('bash', ['-c', script, 'bash', ...words], { env: { ...process.env, SHELL: '/bin/bash' } })
    const offered = stdout.trimEnd().split('\n')
    expect(offered).toEqual(expect.arrayContaining(offers))
    for (const word of not) expect(offered).not.toContain(word)
    expect(offered.filter((word) => /^--.$/.test(word))).toEqual([])
  })

  test('an empty word that may be a file is left to the shell, which offers files', async () => {
    const offers = async (...words: string[]) => (await run(['--get-yargs-completions', 'mqtap', ...words])).stdout
    for (const words of [['view', ''], ['report', '-f', 'json', ''], ['read', '-w', ''], ['report', '--baseline', 'old']]) expect(await offers(...words), words.join(' ')).toBe('')
    expect(await offers('')).toContain('view')
    expect(await offers('live', '')).toContain('--interface')
    expect(await offers('view', '-')).toContain('--spool-limit')
  })

  test('the engines, the interfaces of this machine and what a ring may have, behind their options', async () => {
    const offers = async (...words: string[]) => (await run(['--get-yargs-completions', 'mqtap', 'live', ...words])).stdout.trim().split('\n')
    expect(await offers('--engine', 'd')).toEqual(['dumpcap'])
    expect(await offers('-i', '')).toEqual(Object.keys(networkInterfaces()))
    expect(await offers('-b', 'f')).toEqual(['filesize:', 'files:'])
    expect(await offers('-a', 'd')).toEqual(['duration:'])
  })

  test('offers only what fits', async () => {
    expect((await run(['--get-yargs-completions', 'mqtap', 'read', '--payload', 'j'])).stdout).toBe('json\n')
    expect((await run(['--get-yargs-completions', 'mqtap', 'connections', '-f', 'd'])).stdout).toBe('detail\n')
    expect((await run(['--get-yargs-completions', 'mqtap', 'flows', '-f', 'd'])).stdout).toBe('')
  })
})
