/** Build step: writes the JSON Schemas into the folder given. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { SCHEMAS } from './all.ts'

const folder = process.argv[2]
if (folder === undefined) throw new Error('which folder?')
mkdirSync(folder, { recursive: true })
for (const [name, schema] of Object.entries(SCHEMAS)) writeFileSync(path.join(folder, name), `${JSON.stringify(schema, null, 2)}\n`)
