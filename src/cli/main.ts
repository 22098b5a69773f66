/** Entry of the program. Answers `--version` without loading anything; all else is in program.ts, which loads only what the command needs. */
import { VERSION } from './version.ts'

const argv = process.argv.slice(2)

if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-v')) {
  process.stdout.write(`${VERSION}\n`)
} else {
  // The program reports its own failures; what reaches here is a mistake in it.
  const { run } = await import('./program.ts')
  await run(argv)
}
