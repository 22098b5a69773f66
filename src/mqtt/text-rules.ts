/**
 * What is wrong with a text where it stands, from the facts about it. Only texts with a suspect fact come here; a problem is reported at the first
 * character that shows it, once for each rule and text.
 */
import type { PacketReader } from './packet-reader.ts'
import type { Text } from './packet.ts'
import { TEXT_FACTS, characterAt, countCharacters, locateFact } from './text-facts.ts'
import type { TextEntry } from './text-facts.ts'
import type { TextPlace } from './text-places.ts'

export function judgeText(reader: PacketReader, where: TextPlace, entry: TextEntry, start: number, end: number): void {
  judgeCharacters(reader, where, entry.facts, start, end)
  if (where.kind === 'topic-name') judgeTopicName(reader, where, entry, start, end)
  else if (where.kind === 'topic-filter') judgeTopicFilter(reader, entry, start, end)
}

/** MQTT 5.0 §1.5.4, 3.1.1 §1.5.3. In 3.1 strings are those of Java's writeUTF. */
function judgeCharacters(reader: PacketReader, where: TextPlace, facts: number, start: number, end: number): void {
  const { buffer } = reader
  const oldJava = reader.version === '3.1'
  if (facts & TEXT_FACTS.illFormed) {
    const at = locateFact(TEXT_FACTS.illFormed, buffer, start, end)
    const code = oldJava && facts & TEXT_FACTS.javaModified ? 'text.java-modified-utf8' : 'text.ill-formed-utf8'
    reader.report(code, where.place, at, at + 1, where.label, reader.hex(at, at + 1), at - start)
  }
  if (facts & TEXT_FACTS.nullCharacter) {
    const at = locateFact(TEXT_FACTS.nullCharacter, buffer, start, end)
    reader.report('text.null-character', where.place, at, at + 1, where.label, at - start)
  }
  // MQTT 3.1 does not speak of these.
  if (oldJava) return
  if (facts & TEXT_FACTS.controlCharacter) {
    const at = locateFact(TEXT_FACTS.controlCharacter, buffer, start, end)
    const { codePoint, length } = characterAt(buffer, at)
    reader.report('text.control-character', where.place, at, at + length, where.label, codePoint, at - start)
  }
  if (facts & TEXT_FACTS.nonCharacter) {
    const at = locateFact(TEXT_FACTS.nonCharacter, buffer, start, end)
    const { codePoint, length } = characterAt(buffer, at)
    reader.report('text.non-character', where.place, at, at + length, where.label, codePoint, at - start)
  }
}

/** MQTT 5.0 §4.7, §3.3.2.1, §3.3.2.3.5; 3.1.1 §4.7, §3.3.2.1. */
function judgeTopicName(reader: PacketReader, where: TextPlace, entry: TextEntry, start: number, end: number): void {
  const { facts, text } = entry
  const { buffer } = reader
  if (facts & TEXT_FACTS.empty) {
    const lengthStart = start - 2
    if (where.place === 'responseTopic') reader.report('property.response-topic-empty', where.place, lengthStart, end)
    // In 5.0 a Topic Alias may stand for the topic of a PUBLISH: judged when the properties have been read.
    else if (!(where.place === 'topicName' && reader.five)) reader.report('topic.empty', where.place, lengthStart, end, where.label)
  }
  if (facts & TEXT_FACTS.wildcard) {
    const at = locateFact(TEXT_FACTS.wildcard, buffer, start, end)
    reader.report('topic.wildcard', where.place, at, at + 1, where.label, text, String.fromCharCode(buffer[at]!))
  }
  if (facts & TEXT_FACTS.longTopic && reader.version === '3.1') {
    reader.report('topic.too-long', where.place, start, end, where.label, countCharacters(buffer, start, end))
  }
  if (facts & TEXT_FACTS.sharePrefix && reader.five) {
    reader.report('topic.share-prefix', where.place, start, start + SHARE_PREFIX_LENGTH, where.label, text)
  }
}

const SHARE_PREFIX_LENGTH = '$share/'.length
const SLASH = 0x2f

/** MQTT 5.0 §4.7.1, §4.7.3, §4.8.2; 3.1.1 §4.7.1, §4.7.3. */
function judgeTopicFilter(reader: PacketReader, entry: TextEntry, start: number, end: number): void {
  const { facts, text } = entry
  if (facts & TEXT_FACTS.empty) reader.report('topic-filter.empty', null, start - 2, end)
  if (facts & TEXT_FACTS.sharePrefix) {
    if (reader.five) {
      judgeSharedFilter(reader, text, start, end)
      return
    }
    reader.report('topic-filter.shared-before-5', null, start, start + SHARE_PREFIX_LENGTH, text)
  }
  if (facts & TEXT_FACTS.shareAlone && reader.five) reader.report('topic-filter.share-alone', null, start, end)
  if (facts & (TEXT_FACTS.numberSignMisplaced | TEXT_FACTS.plusSignMisplaced)) judgeWildcards(reader, text, start, end)
}

function judgeWildcards(reader: PacketReader, filter: Text, start: number, end: number): void {
  const numberSign = locateFact(TEXT_FACTS.numberSignMisplaced, reader.buffer, start, end)
  if (numberSign >= 0) reader.report('topic-filter.number-sign-misplaced', null, numberSign, numberSign + 1, filter)
  const plusSign = locateFact(TEXT_FACTS.plusSignMisplaced, reader.buffer, start, end)
  if (plusSign >= 0) reader.report('topic-filter.plus-sign-misplaced', null, plusSign, plusSign + 1, filter)
}

/** `$share/` name `/` filter: a name of at least one character without wildcards, and a filter that obeys the rules of filters (MQTT 5.0 §4.8.2). */
function judgeSharedFilter(reader: PacketReader, text: Text, start: number, end: number): void {
  const { buffer } = reader
  const nameStart = start + SHARE_PREFIX_LENGTH
  let nameEnd = nameStart
  while (nameEnd < end && buffer[nameEnd] !== SLASH) nameEnd++
  if (nameEnd === nameStart) reader.report('topic-filter.share-name-empty', null, start, Math.min(nameEnd + 1, end), text)
  const wildcard = locateFact(TEXT_FACTS.wildcard, buffer, nameStart, nameEnd)
  if (wildcard >= 0) reader.report('topic-filter.share-name-wildcard', null, wildcard, wildcard + 1, text, String.fromCharCode(buffer[wildcard]!))
  const filterStart = nameEnd + 1
  if (filterStart >= end) reader.report('topic-filter.share-without-filter', null, start, end, text)
  // The same rules hold for what follows the name, with its own beginning and end.
  else judgeWildcards(reader, text, filterStart, end)
}
