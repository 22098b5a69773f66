/** Ten days of traffic in seconds (test/bench/endurance.mjs with more frames shows that memory does not grow): everything that is counted is exact. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { ROOT } from './run.ts'

test.each(['read', 'report'])('ten days of clients that come, fall silent and come back: %s counts them exactly', async (command) => {
  const { stdout } = await promisify(execFile)(process.execPath, ['test/bench/endurance.mjs', '200000', '10', command], { cwd: ROOT })
  expect(stdout).toMatch(/all counters exact\n$/)
})
