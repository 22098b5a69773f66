/** Build step: writes the scenarios of a folder, as examples, into the file given. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { VERSIONS } from '../../mqtt/version.ts'
import { exampleOf } from './examples.ts'

const [folder, file] = process.argv.slice(2)
if (folder === undefined || file === undefined) throw new Error('which folder, and which file?')
const ENDING = '.scenario'
const examples = VERSIONS.flatMap((version) => {
  const of = path.join(folder, version)
  if (!existsSync(of)) return []
  const names = readdirSync(of).filter((name) => name.endsWith(ENDING)).sort()
  return names.map((name) => exampleOf(version, name.slice(0, -ENDING.length), readFileSync(path.join(of, name), 'utf8')))
})
writeFileSync(file, `${JSON.stringify(examples)}\n`)
