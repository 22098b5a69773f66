/** IP addresses as text (RFC 5952 for IPv6) and as bytes. Words are 32-bit, most significant first; signed or unsigned alike. */

export function formatIpv4(word: number): string {
  return `${word >>> 24}.${(word >>> 16) & 0xff}.${(word >>> 8) & 0xff}.${word & 0xff}`
}

/** RFC 5952: lower case, the longest run of two or more zero groups shortened, IPv4-mapped addresses with a dotted end. */
export function formatIpv6(word0: number, word1: number, word2: number, word3: number): string {
  const groups: number[] = []
  for (const word of [word0, word1, word2, word3]) groups.push(word >>> 16, word & 0xffff)
  if (word0 === 0 && word1 === 0 && word2 === 0xffff) return `::ffff:${formatIpv4(word3)}`
  let bestStart = -1
  let bestLength = 1
  for (let start = 0; start < 8; start++) {
    let length = 0
    while (start + length < 8 && groups[start + length] === 0) length++
    if (length > bestLength) {
      bestStart = start
      bestLength = length
    }
    start += length
  }
  const hex = (from: number, to: number) => groups.slice(from, to).map((group) => group.toString(16)).join(':')
  return bestStart < 0 ? hex(0, 8) : `${hex(0, bestStart)}::${hex(bestStart + bestLength, 8)}`
}

/** An endpoint as users write it: `10.0.0.21:50122`, `[2001:db8::1]:1883`. */
export function formatEndpoint(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}
