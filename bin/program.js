/**
 * Loads the bundled program. It comes with its compiled form, which only the version of Node.js that made it takes; that halves the time to start.
 * Any other version compiles the program as it goes, and keeps what it compiled for the next time where it can (Node.js 22).
 */
const { readFileSync } = require('node:fs')
const nodeModule = require('node:module')
const { join } = require('node:path')
const { Script } = require('node:vm')

const PROGRAM = join(__dirname, '../dist/mqtap.cjs')
const COMPILED = join(__dirname, '../dist/mqtap.cache')

/** The program as a script, not yet run; `cachedData` is its compiled form, where there is one. It is ASCII only, which is read soonest as Latin-1. */
function script(cachedData) {
  return new Script(nodeModule.wrap(readFileSync(PROGRAM, 'latin1')), { filename: PROGRAM, cachedData })
}

/** Runs the program with the arguments in `process.argv`. Settles when it has done its work; a script may be run several times. */
function run(script) {
  const loaded = { exports: {} }
  script.runInThisContext()(loaded.exports, require, loaded, PROGRAM)
  return loaded.exports.ended
}

function start() {
  const program = script(compiled())
  if (program.cachedDataRejected === false) return run(program)
  nodeModule.enableCompileCache?.()
  return require(PROGRAM).ended
}

function compiled() {
  try {
    return readFileSync(COMPILED)
  } catch {
    return undefined
  }
}

module.exports = { COMPILED, run, script, start }
