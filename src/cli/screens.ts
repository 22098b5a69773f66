import { READ_OPTIONS, VIEW_OPTIONS } from './options.ts'

/** Whether `mqtap FILE` and `mqtap live` show the terminal screens, or lines. */

/** Whether there is a terminal that can show screens, and that keys come from. */
export function hasScreens(): boolean {
  return process.stdout.isTTY === true && process.env.TERM !== 'dumb' && (process.stdin.isTTY === true || process.platform !== 'win32')
}

/** Whether an option is given that only lines have: who wants a format of `mqtap read` wants lines. */
export function asksForLines(argv: readonly string[]): boolean {
  return argv.some((word) => /^-./.test(word) && Object.entries(READ_OPTIONS).some(([name, { alias }]) => VIEW_OPTIONS[name] === undefined && isOption(word, name, typeof alias === 'string' ? alias : null)))
}

/** `-q`, `-qV`, `-fjson`, `--format`, `--format=json`. */
function isOption(word: string, letter: string, alias: string | null): boolean {
  if (!word.startsWith('--')) return letter.length === 1 && word[1] === letter
  return [letter, alias].some((name) => name !== null && (word === `--${name}` || word === `--no-${name}` || word.startsWith(`--${name}=`)))
}
