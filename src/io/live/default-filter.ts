import fs from 'node:fs'

/** ARPHRD_ETHER of Linux. */
const ETHERNET = '1'

/**
 * The capture filter (pcap-filter(7)) for MQTT on these ports: `ports[port] === 1`. `tagged`: of an interface whose frames may have a VLAN tag.
 *
 * libpcap looks behind a tag only where it is told to. `vlan` moves all that stands behind it, so it comes last.
 */
export function defaultFilter(ports: Uint8Array, tagged: boolean): string {
  const ranges: string[] = []
  for (let port = ports.indexOf(1); port >= 0 && port < ports.length; ) {
    let last = port
    while (ports[last + 1] === 1) last++
    ranges.push(port === last ? `tcp port ${port}` : `tcp portrange ${port}-${last}`)
    port = ports.indexOf(1, last + 1)
  }
  const plain = ranges.join(' or ')
  return tagged ? `${plain} or (vlan and (${plain}))` : plain
}

/** Ethernet may have VLAN tags; of others libpcap refuses to look for them. */
export function mayBeTagged(name: string): boolean {
  try {
    return fs.readFileSync(`/sys/class/net/${name}/type`, 'latin1').trim() === ETHERNET
  } catch {
    return false
  }
}
