import { afterEach, expect, it, vi } from 'vitest'
import { requireTool } from './tools.ts'

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

it('a tool that is there is found', () => {
  expect(requireTool('node')).toBe(true)
})

it('a tool that is missing is told once', () => {
  vi.stubEnv('MQTAP_REQUIRE_TOOLS', '')
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
  expect([requireTool('mqtap-no-such-tool'), requireTool('mqtap-no-such-tool')]).toEqual([false, false])
  expect(warn).toHaveBeenCalledTimes(1)
  expect(warn).toHaveBeenCalledWith('skipped: tests that need mqtap-no-such-tool, which is not installed')
})

it('a tool that is missing and demanded is a failure', () => {
  vi.stubEnv('MQTAP_REQUIRE_TOOLS', '1')
  expect(() => requireTool('mqtap-no-other-tool')).toThrow('mqtap-no-other-tool is not installed')
})
