import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { build } from 'esbuild'
import type { Plugin } from 'esbuild'

export interface Bundle {
  readonly file: string
  readonly remove: () => void
}

/** Ink imports these tools when asked to, and they are not installed. In a bundle of ES modules the import would come first, asked for or not. */
const NO_DEVTOOLS: Plugin = {
  name: 'no-devtools',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^react-devtools-core$/ }, ({ path: name }) => ({ path: name, namespace: 'none' }))
    onLoad({ filter: /.*/, namespace: 'none' }, () => ({ contents: 'export default {}' }))
  },
}

/** A TypeScript program as one file that node runs. */
export async function bundled(source: string): Promise<Bundle> {
  const folder = mkdtempSync(path.join(tmpdir(), 'mqtap-bundle-'))
  const file = path.join(folder, 'program.mjs')
  await build({
    entryPoints: [source],
    outfile: file,
    bundle: true,
    format: 'esm',
    platform: 'node',
    plugins: [NO_DEVTOOLS],
    define: { 'process.env.NODE_ENV': '"production"' },
    // What Ink imports is CommonJS in part.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'error',
  })
  return { file, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
