/**
 * IEEE 802.11 data frames, bare or behind a capture header (radiotap, Prism, AVS), as far as a monitor-mode capture of an open network has them.
 *
 * Protected frames are counted as encrypted, also if the driver has decrypted them: nothing in the frame would tell. Fragments of 802.11, and frames
 * that the radio received with errors, are ignored. Fields are little-endian (IEEE 802.11-2020 §9.2.2), except in what 802.11 carries.
 */
import type { Cursor } from './cursor.ts'
import { uint16, uint16LittleEndian, uint32, uint32LittleEndian } from './integers.ts'
import { LAYER, type Layer } from './layer.ts'

/** First byte of Frame Control (§9.2.4.1): version (2 bits), type (2), subtype (4). */
const TYPE_AND_VERSION = 0x0f
const DATA_OF_VERSION_0 = 0x08
const SUBTYPE_NO_DATA = 0x40
const SUBTYPE_QOS = 0x80

/** Second byte of Frame Control. */
const TO_DS = 0x01
const FROM_DS = 0x02
const MORE_FRAGMENTS = 0x04
const PROTECTED = 0x40
const HT_CONTROL = 0x80

/** Frame control (2), duration (2), three addresses (18), sequence control (2). */
const HEADER_LENGTH = 24
const SEQUENCE_CONTROL = 22
const FRAGMENT_NUMBER = 0x0f
/** First byte of QoS Control (§9.2.4.5). */
const A_MSDU_PRESENT = 0x80
/** Destination (6), source (6), length (2): §9.3.2.2. */
const SUBFRAME_HEADER_LENGTH = 14

/** Radiotap (radiotap.org): version (1), padding (1), length (2), one or more words of what is present. */
const RADIOTAP_HEADER_LENGTH = 8
const RADIOTAP_TSFT = 0x01
const RADIOTAP_FLAGS = 0x02
const RADIOTAP_MORE_WORDS = 0x80
/** The Flags field. */
const FCS_AT_END = 0x10
const DATA_PADDED = 0x20
const BAD_FCS = 0x40
const FCS_LENGTH = 4

export function decodeIeee80211(cursor: Cursor): Layer {
  return decodeFrame(cursor, false)
}

export function decodeRadiotap(cursor: Cursor): Layer {
  const { buffer, start } = cursor
  if (cursor.end - start < RADIOTAP_HEADER_LENGTH) return cursor.truncated('radiotap', RADIOTAP_HEADER_LENGTH)
  if (buffer[start] !== 0) return LAYER.ignored // version
  const length = uint16LittleEndian(buffer, start + 2)
  if (length < RADIOTAP_HEADER_LENGTH) return cursor.bad('A radiotap header says that it is shorter than its fixed part.')
  if (cursor.end - start < length) return cursor.truncated('radiotap', length)
  const flags = radiotapFlags(buffer, start, start + length)
  cursor.start = start + length
  if ((flags & BAD_FCS) !== 0) return LAYER.ignored
  if ((flags & FCS_AT_END) !== 0) cursor.limitTo(cursor.wireEnd - FCS_LENGTH)
  return decodeFrame(cursor, (flags & DATA_PADDED) !== 0)
}

/** The Flags field, which only the time can precede; 0 where it is absent. */
function radiotapFlags(buffer: Uint8Array, start: number, end: number): number {
  const present = buffer[start + 4]!
  if ((present & RADIOTAP_FLAGS) === 0) return 0
  let at = start + RADIOTAP_HEADER_LENGTH
  for (let word = at - 4; (buffer[word + 3]! & RADIOTAP_MORE_WORDS) !== 0; word += 4, at += 4) {
    if (at + 4 > end) return 0
  }
  // Fields are aligned to their own size, counted from the beginning of the header; the time has eight bytes.
  if ((present & RADIOTAP_TSFT) !== 0) at = start + ((at - start + 7) & ~7) + 8
  return at < end ? buffer[at]! : 0
}

/** Prism: message code (4), length (4), in the byte order of the machine that captured. Some drivers put an AVS header under this link type. */
export function decodePrism(cursor: Cursor): Layer {
  const { buffer, start } = cursor
  if (cursor.end - start < 8) return cursor.truncated('Prism', 8)
  if (isAvs(buffer, start)) return LAYER.avs
  const littleEndian = uint32LittleEndian(buffer, start + 4)
  const length = littleEndian > 0xffff ? uint32(buffer, start + 4) : littleEndian
  return skipCaptureHeader(cursor, 'Prism', length)
}

/** AVS: version (4), length (4), big-endian. */
export function decodeAvs(cursor: Cursor): Layer {
  const { buffer, start } = cursor
  if (cursor.end - start < 8) return cursor.truncated('AVS', 8)
  if (!isAvs(buffer, start)) return LAYER.ignored
  return skipCaptureHeader(cursor, 'AVS', uint32(buffer, start + 4))
}

/** The version is 0x80211 and three digits. */
function isAvs(buffer: Uint8Array, start: number): boolean {
  return uint32(buffer, start) >>> 12 === 0x80211
}

function skipCaptureHeader(cursor: Cursor, name: string, length: number): Layer {
  if (length < 8) return cursor.bad('An 802.11 capture header says that it is shorter than its fixed part.')
  if (cursor.end - cursor.start < length) return cursor.truncated(name, length)
  cursor.start += length
  return LAYER.ieee80211
}

function decodeFrame(cursor: Cursor, padded: boolean): Layer {
  const { buffer, start } = cursor
  const available = cursor.end - start
  if (available < 2) return cursor.truncated('802.11', HEADER_LENGTH)
  const control = buffer[start]!
  const flags = buffer[start + 1]!
  if ((control & TYPE_AND_VERSION) !== DATA_OF_VERSION_0 || (control & SUBTYPE_NO_DATA) !== 0) return LAYER.ignored
  const hasQos = (control & SUBTYPE_QOS) !== 0
  let length = HEADER_LENGTH
  if ((flags & (TO_DS | FROM_DS)) === (TO_DS | FROM_DS)) length += 6 // a fourth address
  const qosAt = start + length
  if (hasQos) {
    length += 2
    if ((flags & HT_CONTROL) !== 0) length += 4
  }
  // Some radios align what follows to four bytes.
  if (padded) length = (length + 3) & ~3
  if (available < length) return cursor.truncated('802.11', length)
  if ((flags & PROTECTED) !== 0) {
    cursor.log.counts.encrypted++
    return LAYER.none
  }
  if ((flags & MORE_FRAGMENTS) !== 0 || (buffer[start + SEQUENCE_CONTROL]! & FRAGMENT_NUMBER) !== 0) return LAYER.ignored
  cursor.start = start + length
  return hasQos && (buffer[qosAt]! & A_MSDU_PRESENT) !== 0 ? LAYER.amsduSubframe : LAYER.llc
}

/** Sets the subframes behind this one aside; NetworkDecoder comes back for them. */
export function decodeAmsduSubframe(cursor: Cursor): Layer {
  const { buffer, start } = cursor
  // Less than a header is no subframe: a frame check sequence of which the capture header says nothing, or padding.
  if (cursor.wireEnd - start < SUBFRAME_HEADER_LENGTH) return LAYER.none
  if (cursor.end - start < SUBFRAME_HEADER_LENGTH) return cursor.truncated('A-MSDU subframe', SUBFRAME_HEADER_LENGTH)
  const end = start + SUBFRAME_HEADER_LENGTH + uint16(buffer, start + 12)
  // Each but the last is padded to a multiple of four bytes.
  cursor.setRestAside(start + ((end - start + 3) & ~3))
  cursor.limitTo(end)
  cursor.start = start + SUBFRAME_HEADER_LENGTH
  return LAYER.llc
}
