import { printable } from '../bytes/printable.ts'
import { engines } from '../io/live/engines.ts'
import { listInterfaces } from '../io/live/interfaces.ts'
import { TextOutput } from '../io/output.ts'
import { ANSI, PLAIN, wantsColour } from '../report/colour.ts'
import { jsonText } from '../report/json-text.ts'
import { TABLE, tableText } from '../report/table.ts'
import { EXIT } from './exit.ts'
import { oneOf } from './option-values.ts'
import { COLOUR_CHOICES, INTERFACES_FORMATS } from './options.ts'
import type { Column } from '../report/table.ts'
import type { Palette } from '../report/colour.ts'
import type { InterfacesObject } from '../report/schema/interfaces.ts'
import type { Engine } from '../io/live/engine.ts'
import type { InterfaceDescription } from '../io/live/interfaces.ts'
import type { ExitCode } from './exit.ts'
import type { Arguments } from './option-values.ts'

/** `mqtap interfaces`: what one can capture from, and with what. */

const COLUMNS: readonly Column[] = [
  { name: 'Interface', align: 'left' },
  { name: 'Kind', align: 'left' },
  { name: 'State', align: 'left' },
  { name: 'MTU', align: 'right' },
  { name: 'Engines', align: 'left' },
  { name: 'Addresses', align: 'left' },
]

export async function interfaces(args: Arguments): Promise<ExitCode> {
  const format = oneOf(args, 'f', INTERFACES_FORMATS) ?? 'text'
  const palette = wantsColour(oneOf(args, 'color', COLOUR_CHOICES) ?? 'auto', process.env, process.stdout.isTTY === true) ? ANSI : PLAIN
  const found = await interfacesObject(listInterfaces(), engines())
  const output = new TextOutput()
  output.write(format === 'json' ? `${jsonText(found)}\n` : interfacesText(found, palette))
  await output.drained()
  return EXIT.clean
}

/** An interface that is down gives no frames, whatever captures. */
export async function interfacesObject(found: readonly InterfaceDescription[], all: readonly Engine[]): Promise<InterfacesObject> {
  const known = await Promise.all(all.map(async (engine) => ({ name: engine.name, trouble: (await engine.trouble())?.sentence ?? null })))
  const usable = known.filter(({ trouble }) => trouble === null).map(({ name }) => name)
  return {
    schema: 'mqtap.interfaces/1',
    interfaces: found.map(({ name, kind, state, mtu, addresses }) => ({ name, kind, state, mtu, addresses, engines: state === 'down' ? [] : usable })),
    engines: known,
  }
}

/** One line for each address more than the first. */
export function interfacesText({ interfaces: found, engines: known }: InterfacesObject, palette: Palette): string {
  const rows = found.flatMap(({ name, kind, state, mtu, addresses, engines: usable }) => {
    const colour = state === 'down' ? 'dim' as const : undefined
    const facts = [name, kind ?? '', state ?? '', mtu === null ? '' : String(mtu), usable.join(',') || '-']
    const first = { cells: [...facts, addresses[0] ?? ''].map((text) => printable(text)), colour }
    return [first, ...addresses.slice(1).map((address) => ({ cells: ['', '', '', '', '', printable(address)], colour }))]
  })
  const notes = known.filter(({ trouble }) => trouble !== null).map(({ name, trouble }) => `${name}: ${printable(trouble!)}\n`)
  const more = notes.length === 0 ? '' : `\n${notes.join('')}mqtap doctor tells what mends it.\n`
  return `${tableText(COLUMNS, rows, { palette, width: TABLE.width })}${more}`
}
