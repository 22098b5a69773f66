/**
 * Topic names and topic filters (MQTT 5.0 §4.7 and §4.8.2, 3.1.1 §4.7): which names a filter matches, and the parts of a shared subscription.
 * Nothing is normalised: characters are compared as they stand. What is wrong with a name or a filter is judged in text-rules.ts.
 */

const SHARE = '$share/'

/** `$share/name/filter` taken apart; null for an ordinary filter. The parts may be empty or wrong: this only cuts. */
export interface SharedFilter {
  readonly shareName: string
  /** Undefined where no '/' follows the name. */
  readonly filter: string | undefined
}

/** MQTT 5.0 §4.8.2. Only from 5.0 on does `$share/` mean this. */
export function sharedFilter(filter: string): SharedFilter | null {
  if (!filter.startsWith(SHARE)) return null
  const slash = filter.indexOf('/', SHARE.length)
  if (slash < 0) return { shareName: filter.slice(SHARE.length), filter: undefined }
  return { shareName: filter.slice(SHARE.length, slash), filter: filter.slice(slash + 1) }
}

/**
 * Whether a topic filter matches a topic name. A filter that begins with a wildcard does not match a name that begins with '$' (§4.7.2).
 * A wildcard that is not a whole level is an ordinary character. Of a shared subscription, give the filter without `$share/name/`.
 */
export function topicMatches(filter: string, name: string): boolean {
  if (name.startsWith('$') && (filter.startsWith('+') || filter.startsWith('#'))) return false
  let filterAt = 0
  let nameAt = 0
  for (;;) {
    const filterEnd = levelEnd(filter, filterAt)
    const filterLength = filterEnd - filterAt
    // '#' matches its parent too, so it may stand where the name has already ended (§4.7.1.2).
    if (filterLength === 1 && filter[filterAt] === '#' && filterEnd === filter.length) return true
    if (nameAt > name.length) return false
    const nameEnd = levelEnd(name, nameAt)
    const any = filterLength === 1 && filter[filterAt] === '+'
    if (!any && (filterLength !== nameEnd - nameAt || !name.startsWith(filter.slice(filterAt, filterEnd), nameAt))) return false
    if (filterEnd === filter.length) return nameEnd === name.length
    filterAt = filterEnd + 1
    nameAt = nameEnd + 1
  }
}

function levelEnd(text: string, from: number): number {
  const slash = text.indexOf('/', from)
  return slash < 0 ? text.length : slash
}
