/** Property tests draw new cases with each run here, and the same ones in CI: a change lands or not by what it does, not by luck. */
import fc from 'fast-check'

if (process.env['CI'] !== undefined) fc.configureGlobal({ seed: 20_261_122 })
