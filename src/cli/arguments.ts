/**
 * Brings the command line into a form that yargs reads as everybody expects, and takes it back afterwards.
 *
 * yargs drops a lone `-`, reads a letter glued to its value (`-fjson`) as a row of switches, and mixes what stands behind `--` with the command's name. So a
 * lone `-` and everything behind `--` get a NUL in front, which no argument can hold, and glued values are cut off. Numbers are kept from being parsed by
 * yargs' own settings (program.ts).
 */

const PROTECTED = '\0'

/** `valueOptions` are the letters and names of options that take a value. */
export function protectArguments(argv: readonly string[], valueOptions: ReadonlySet<string>): string[] {
  const safe: string[] = []
  let value = false
  for (const [index, argument] of argv.entries()) {
    if (argument === '--' && !value) {
      safe.push(...argv.slice(index + 1).map((rest) => PROTECTED + rest))
      break
    }
    if (argument === '-' || value) {
      // A value is protected too where yargs would take it for an option: `-Y -1 == …`, `-w -`.
      safe.push(argument.startsWith('-') ? PROTECTED + argument : argument)
      value = false
      continue
    }
    if (argument.startsWith('--')) {
      safe.push(argument)
      value = valueOptions.has(argument.slice(2))
      continue
    }
    const switches = /^-([A-Za-z]+)([\s\S]*)$/.exec(argument)
    if (switches === null) {
      safe.push(argument)
      continue
    }
    const { flags, rest } = cutValue(switches[1]!, switches[2]!, valueOptions)
    for (const flag of flags) safe.push(`-${flag}`)
    const takesValue = valueOptions.has(flags[flags.length - 1]!)
    if (takesValue && rest !== '') safe.push(PROTECTED + (rest.startsWith('=') ? rest.slice(1) : rest))
    else if (rest !== '') safe[safe.length - 1] += rest
    else value = takesValue
  }
  return safe
}

/** `-qfjson`: switches up to the first option with a value; what follows is its value. */
function cutValue(letters: string, rest: string, valueOptions: ReadonlySet<string>): { flags: string[]; rest: string } {
  for (let index = 0; index < letters.length; index++) {
    if (valueOptions.has(letters[index]!)) return { flags: [...letters.slice(0, index + 1)], rest: letters.slice(index + 1) + rest }
  }
  return { flags: [...letters], rest }
}

export function unprotect(argument: string): string {
  return argument.startsWith(PROTECTED) ? argument.slice(PROTECTED.length) : argument
}
