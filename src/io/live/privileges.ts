import { accessSync, constants, readFileSync } from 'node:fs'

/** What this process may do, as far as capturing is concerned. */

/** linux/capability.h. */
const CAP_NET_RAW = 13n
const STATUS = '/proc/self/status'
const BPF_DEVICE = '/dev/bpf0'

/** Gives Node.js itself the right to capture, with which every program that it runs has it. */
export const LET_NODE_CAPTURE = 'sudo setcap cap_net_raw,cap_net_admin=eip "$(readlink -f "$(command -v node)")"'
/** On macOS, access to the BPF devices; the cask of Wireshark's installer sets it up for good. */
export const LET_MACOS_CAPTURE = 'brew install --cask wireshark-chmodbpf'

/** Whether a process without further rights can open an interface: it has CAP_NET_RAW on Linux (root may lack it, in a container), or can read a BPF device. */
export function mayCapture(status: string = STATUS, platform: string = process.platform): boolean {
  if (platform === 'linux') {
    const effective = effectiveCapabilities(status)
    return effective === null ? process.getuid?.() === 0 : (effective >> CAP_NET_RAW & 1n) === 1n
  }
  try {
    accessSync(BPF_DEVICE, constants.R_OK)
    return true
  } catch {
    return process.getuid?.() === 0
  }
}

/** `CapEff` of proc_pid_status(5); null where there is none. */
function effectiveCapabilities(file: string): bigint | null {
  try {
    const [, hex = null] = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync(file, 'utf8')) ?? []
    return hex === null ? null : BigInt(`0x${hex}`)
  } catch {
    return null
  }
}
