// A layer may import the layers above it in this list, never those below it.
const layers = ['bytes', 'capture', 'network', 'tcp', 'mqtt', 'session', 'conformance', 'analysis']
const edges = ['io', 'report', 'tui', 'cli', 'library']

const downward = layers.slice(0, -1).map((layer, index) => ({
  name: `${layer}-imports-only-upwards`,
  severity: 'error',
  from: { path: `^src/${layer}/` },
  to: { path: `^src/(${[...layers.slice(index + 1), ...edges].join('|')})/` },
}))

module.exports = {
  forbidden: [
    ...downward,
    { name: 'core-does-not-import-edges', severity: 'error', from: { path: `^src/(${layers.join('|')})/` }, to: { path: `^src/(${edges.join('|')})/` } },
    { name: 'core-does-no-io', severity: 'error', from: { path: `^src/(${layers.join('|')})/` }, to: { dependencyTypes: ['core'] } },
    { name: 'report-is-not-cli', severity: 'error', from: { path: '^src/(report|io)/' }, to: { path: '^src/(cli|tui)/' } },
    { name: 'io-and-report-are-apart', severity: 'error', from: { path: '^src/io/' }, to: { path: '^src/report/' } },
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    { name: 'only-declared-dependencies', severity: 'error', from: { path: '^src/' }, to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev'] } },
    { name: 'everything-resolves', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: { doNotFollow: { path: 'node_modules' }, tsPreCompilationDeps: true, tsConfig: { fileName: 'tsconfig.json' }, enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] } },
}
