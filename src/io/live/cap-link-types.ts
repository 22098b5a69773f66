/** What `open()` of the package cap calls link types, with their numbers in capture files (https://www.tcpdump.org/linktypes.html). */
export const LINK_TYPES: Readonly<Record<string, number>> = {
  NULL: 0,
  ETHERNET: 1,
  RAW: 101,
  LINKTYPE_LINUX_SLL: 113,
  IEEE802_11_RADIO: 127,
}
