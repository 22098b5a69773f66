/**
 * Reads tshark's PDML: the detail tree of each frame, with the raw bytes of every field.
 *
 * PDML rather than JSON because it keeps the order of fields (a property's value follows its identifier) and the bytes as they stood on the wire.
 */

export interface PdmlNode {
  readonly name: string
  /** The value as tshark displays it. */
  readonly show: string
  /** The field's bytes in hex; empty where the field has none (length 0, or made by tshark itself). */
  readonly value: string
  readonly size: number
  readonly children: PdmlNode[]
}

export interface PdmlFrame {
  readonly number: number
  /** Seconds since 1970 with nine decimals. */
  readonly time: string
  readonly protocols: readonly PdmlNode[]
}

const ELEMENT = /<(\/?)(packet|proto|field)\b((?:\s+[\w.:]+="[^"]*")*)\s*(\/?)>/g
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

export function readPdml(text: string): PdmlFrame[] {
  const frames: PdmlFrame[] = []
  let open: PdmlNode[] = []
  for (const [, closing, element, attributes = '', empty] of text.matchAll(ELEMENT)) {
    if (element === 'packet') {
      if (closing === '/') frames.push(asFrame(open[0]!))
      else open = [{ name: 'packet', show: '', value: '', size: 0, children: [] }]
    } else if (closing === '/') {
      open.pop()
    } else {
      const node = asNode(attributes)
      open.at(-1)!.children.push(node)
      if (empty !== '/') open.push(node)
    }
  }
  return frames
}

function asFrame(packet: PdmlNode): PdmlFrame {
  const number = descendant(packet, 'num')
  const time = descendant(packet, 'timestamp')
  if (number === undefined || time === undefined) throw new Error('a frame without a number or a time')
  return { number: Number(number.show), time: time.value, protocols: packet.children }
}

function asNode(attributes: string): PdmlNode {
  const read = (name: string) => new RegExp(`\\s${name}="([^"]*)"`).exec(attributes)?.[1] ?? ''
  return { name: read('name'), show: unescape(read('show')), value: read('value'), size: Number(read('size')), children: [] }
}

function unescape(text: string): string {
  return text.replace(/&(\w+);/g, (whole, name: string) => ENTITIES[name] ?? whole)
}

/** The first node of that name below `node`, in the order of the text. */
export function descendant(node: PdmlNode, name: string): PdmlNode | undefined {
  for (const child of node.children) {
    if (child.name === name) return child
    const found = descendant(child, name)
    if (found !== undefined) return found
  }
  return undefined
}
