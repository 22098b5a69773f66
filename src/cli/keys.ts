import { TextOutput } from '../io/output.ts'
import { ANSI, PLAIN, wantsColour } from '../report/colour.ts'
import { TABLE, tableText } from '../report/table.ts'
import { Keymap, VIEW_TITLES, type KeyRow } from '../tui/keymap.ts'
import { VIEW_NAMES } from '../tui/view.ts'
import { contentOf } from './config-file.ts'
import { EXIT } from './exit.ts'
import { oneOf, text } from './option-values.ts'
import { COLOUR_CHOICES } from './options.ts'
import { parseConfig } from './report-config.ts'
import type { Column } from '../report/table.ts'
import type { ExitCode } from './exit.ts'
import type { Arguments } from './option-values.ts'

/** `mqtap --keys`: the keys of the terminal screens, as a configuration file (`--config`) may have changed them. */

export async function keys(args: Arguments): Promise<ExitCode> {
  const palette = wantsColour(oneOf(args, 'color', COLOUR_CHOICES) ?? 'auto', process.env, process.stdout.isTTY === true) ? ANSI : PLAIN
  const name = text(args, 'config')
  const keymap = new Keymap(name === undefined ? {} : parseConfig(contentOf('config', name), name).keys)
  const output = new TextOutput()
  const sections = [['EVERYWHERE', keymap.table()] as const, ...VIEW_NAMES.map((view) => [VIEW_TITLES[view].toUpperCase(), keymap.own(view)] as const)]
  output.write(sections.map(([title, rows]) => tableText(columnsOf(title), rows.map((row) => ({ cells: cellsOf(row) })), { ...TABLE, palette })).join('\n'))
  await output.drained()
  return EXIT.clean
}

function columnsOf(title: string): readonly Column[] {
  return [title, 'KEYS', 'DOES'].map((name) => ({ name, align: 'left' }))
}

function cellsOf({ action, keys, does }: KeyRow): string[] {
  return [action, keys.length === 0 ? '-' : keys.join(' '), does]
}
