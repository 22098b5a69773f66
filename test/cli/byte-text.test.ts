import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseByteText } from '../../src/cli/byte-text.ts'

const parse = (text: string, base64 = false) => parseByteText(text, { base64 })
const hex = (text: string, base64 = false) => {
  const result = parse(text, base64)
  return result.ok ? Buffer.from(result.bytes).toString('hex') : result.message
}

describe('hex', () => {
  test.each([
    ['pairs', '10 0c 00 04', '100c0004'],
    ['without separators', '100c0004', '100c0004'],
    ['capital letters', '100C 00AF', '100c00af'],
    ['words', '100c 0004', '100c0004'],
    ['0x before each', '0x10,0x0c', '100c'],
    ['0x before all', '0x100c0004', '100c0004'],
    ['\\x escapes alone', '\\x10\\x0c', '100c'],
    ['\\x escapes apart', '\\x10, \\x0c', '100c'],
    ['colons', '10:0c:00', '100c00'],
    ['dashes', '10-0c-00', '100c00'],
    ['single digits', '10 c 0 4', '100c0004'],
    ['assembler', '10h 0ch', '100c'],
    ['dollars', '$10 $0c', '100c'],
    ['what a number parser would spoil', '3e10', '3e10'],
    ['digits only', '30 31 32', '303132'],
    ['several lines', '10 0c\n00 04\n', '100c0004'],
    ['a comment', '10 0c // CONNECT\n00 04 /* name */', '100c0004'],
  ])('%s', (_name, text, bytes) => {
    expect(hex(text)).toBe(bytes)
  })
})

describe('arrays', () => {
  test.each([
    ['C', 'const uint8_t packet[4] = {0x10, 0x0c,\n 0x00, 0x04};', '100c0004'],
    ['C without zeros', '{ 0x10, 0xc, 0x0 }', '100c00'],
    ['Go', '[]byte{0x10, 0x0c}', '100c'],
    ['Java, signed', 'new byte[] {16, 12, 0, -1}', '100c00ff'],
    ['Java, with casts', 'byte[] packet = { (byte) 0x82, 0x0c, (byte)0xff };', '820cff'],
    ['Java, decimals with casts', 'new byte[] {16, (byte) 130}', '1082'],
    ['C, with casts', '{(char)0x82, (uint8_t) 0x0c}', '820c'],
    ['JSON of decimals', '[16,12,0,4]', '100c0004'],
    ['Python decimals', 'bytes([16, 12, 0, 4])', '100c0004'],
    ['Python hex', 'bytearray([0x10, 0x0c])', '100c'],
    ['Node Buffer as printed', '<Buffer 10 0c 00 04>', '100c0004'],
    ['Node Buffer as written', 'Buffer.from([0x10, 0x0c])', '100c'],
  ])('%s', (_name, text, bytes) => {
    expect(hex(text)).toBe(bytes)
  })

  test('two digits each are hex, as in a hex list', () => {
    expect(hex('[10, 12, 20]')).toBe('101220')
  })

  test('a number that is no byte', () => {
    expect(hex('[16, 300, 0]')).toBe('300 is not the value of a byte')
  })
})

describe('string literals', () => {
  test.each([
    ['Python bytes', "b'\\x10\\x0c\\x00\\x04MQTT'", '100c00044d515454'],
    ['C string', '"\\x10\\x0c\\0\\4MQTT"', '100c00044d515454'],
    ['named escapes', '"\\x10\\n\\r\\t\\\\\\""', '100a0d095c22'],
    ['JavaScript', "'\\u0010\\u000c'", '100c'],
    ['octal', '"\\020\\014"', '100c'],
    ['characters beyond ASCII as UTF-8', '"\\x30é"', '30c3a9'],
  ])('%s', (_name, text, bytes) => {
    expect(hex(text)).toBe(bytes)
  })

  test('an escape that there is not', () => {
    expect(hex('"\\x10\\q"')).toBe('\\q is not an escape of a string literal')
  })
})

describe('dumps', () => {
  const expected = '100c00044d5154540402003c0000616263646566'

  test.each([
    ['Wireshark', '0000   10 0c 00 04 4d 51 54 54 04 02 00 3c 00 00 61 62   ....MQTT...<..ab\n0010   63 64 65 66                                       cdef'],
    ['tcpdump -x', '\t0x0000:  100c 0004 4d51 5454 0402 003c 0000 6162\n\t0x0010:  6364 6566'],
    ['tcpdump -X', '\t0x0000:  100c 0004 4d51 5454 0402 003c 0000 6162  ....MQTT...<..ab\n\t0x0010:  6364 6566                                cdef'],
    ['xxd', '00000000: 100c 0004 4d51 5454 0402 003c 0000 6162  ....MQTT...<..ab\n00000010: 6364 6566                                cdef'],
    ['hexdump -C', '00000000  10 0c 00 04 4d 51 54 54  04 02 00 3c 00 00 61 62  |....MQTT...<..ab|\n00000010  63 64 65 66                                       |cdef|\n00000014'],
    ['od -A x -t x1', '000000 10 0c 00 04 4d 51 54 54 04 02 00 3c 00 00 61 62\n000010 63 64 65 66\n000014'],
    ['od -t x1, octal offsets', '0000000 10 0c 00 04 4d 51 54 54 04 02 00 3c 00 00 61 62\n0000020 63 64 65 66\n0000024'],
    ['Windows line ends', '0000  10 0c 00 04 4d 51 54 54 04 02 00 3c 00 00 61 62\r\n0010  63 64 65 66\r\n'],
    ['our own -x', '         0000  10 0c 00 04 4d 51 54 54  04 02 00 3c 00 00 61 62  ....MQTT...<..ab\n         0010  63 64 65 66                                       cdef'],
  ])('%s', (_name, text) => {
    expect(hex(text)).toBe(expected)
    expect(parse(text)).toMatchObject({ spelling: 'a hex dump' })
  })

  test('characters that look like bytes are no bytes', () => {
    expect(hex('00000000: 6162 6364 6566 6162 6364 6566 6162 6364  abcdefabcdefabcd')).toBe('61626364656661626364656661626364')
  })

  test('equal lines as a star', () => {
    expect(hex(`00000000  ${'00 '.repeat(16)}\n*\n00000030  01\n00000031`)).toBe(`${'00'.repeat(48)}01`)
  })

  test('a star may not stand for gigabytes', () => {
    expect(parse(`00000000  ${'00 '.repeat(16)}\n*\nfffffff0  01`).ok).toBe(false)
  })

  test('offsets that do not agree with the bytes', () => {
    expect(parse('0000  10 0c 00 04\n0010  63 64')).not.toMatchObject({ spelling: 'a hex dump' })
  })
})

describe('base64', () => {
  test.each([
    ['padded', 'EAwABE1RVFQ=', '100c00044d515454'],
    ['unpadded', 'EAwABE1RVFQ', '100c00044d515454'],
    ['in lines', 'EAwABE1R\nVFQ=', '100c00044d515454'],
    ['of the URL alphabet', 'MAT_-_8', '3004fffbff'],
  ])('%s', (_name, text, bytes) => {
    expect(hex(text)).toBe(bytes)
  })

  test('what could be hex is hex, unless it is said to be base64', () => {
    expect(hex('c0ff')).toBe('c0ff')
    expect(hex('c0ff', true)).toBe('7347df')
  })
})

describe('what cannot be read is said, not guessed', () => {
  test.each([
    ['', 'there are no bytes in it'],
    ['3e1', 'an odd number of hex digits (3): one is missing, or one too many'],
    ['100c000', 'an odd number of hex digits (7): one is missing, or one too many'],
    ['hello world', 'this is neither hex nor base64: "h" at character 1'],
    ['10 0c zz', 'this is neither hex nor base64: "z" at character 7'],
    ['{"a":1}', 'this is neither hex nor base64: "{" at character 1'],
  ])('%s', (text, message) => {
    expect(hex(text)).toBe(message)
  })

  test('any text at all is read or refused', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.stringMatching(/^[0-9a-fx\\,:{}[\]() \n*|-]{0,60}$/)), fc.boolean(), (text, base64) => {
      const result = parse(text, base64)
      expect(result.ok ? result.bytes.length : result.message.length).toBeGreaterThan(0)
    }))
  })

  test('a bar among the characters of xxd is no column of hexdump', () => {
    expect(hex('00000000: 3030 7c00                                00|.')).toBe('30307c00')
    expect(hex('00000000: 3030 207c 787c                           00 |x|')).toBe('3030207c787c')
    expect(hex('00000000  30 30 7c 00                                       |00|.|\n00000004')).toBe('30307c00')
  })

  test('any bytes come back from every spelling', () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 80 }), (bytes) => {
      const pairs = [...bytes].map((byte) => byte.toString(16).padStart(2, '0'))
      const same = pairs.join('')
      const octets = [...bytes]
      expect(hex(pairs.join(''))).toBe(same)
      expect(hex(pairs.join(' '))).toBe(same === '00'.repeat(bytes.length) ? hex(pairs.join(' ')) : same)
      expect(hex(`{${pairs.map((pair) => `0x${pair}`).join(', ')}}`)).toBe(same)
      expect(hex(`"${pairs.map((pair) => `\\x${pair}`).join('')}"`)).toBe(same)
      expect(hex(`[${[...octets, 0].join(', ')}]`)).toBe(`${same}00`)
      expect(hex(Buffer.from(bytes).toString('base64'), true)).toBe(same)
      const rows = Array.from({ length: Math.ceil(bytes.length / 16) }, (_, row) => {
        const part = octets.slice(16 * row, 16 * row + 16)
        const characters = part.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('')
        return `${(16 * row).toString(16).padStart(8, '0')}: ${pairs.slice(16 * row, 16 * row + 16).join('').replace(/(.{4})/g, '$1 ').padEnd(41)} ${characters}`
      })
      expect(hex(rows.join('\n'))).toBe(same)
    }))
  })
})
