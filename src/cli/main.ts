/** Entry of the program. Answers `--version` without running anything else; all else is in program.ts, which runs only what the command needs. */
import { VERSION } from './version.ts'

/** Settles when the program has done its work; it never fails, since the program reports its own failures. */
export const ended: Promise<void> = main(process.argv.slice(2))

async function main(argv: readonly string[]): Promise<void> {
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-v')) {
    process.stdout.write(`${VERSION}\n`)
    return
  }
  const { run } = await import('./program.ts')
  await run(argv)
}
