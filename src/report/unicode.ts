/**
 * Whether text for people may use line characters beyond ASCII. What does not go to a terminal is UTF-8; a terminal is what its locale says (POSIX: `LC_ALL`
 * goes before `LC_CTYPE`, and that before `LANG`). Windows has no such locale, and its terminals show them.
 */
export function wantsUnicode(environment: Readonly<Record<string, string | undefined>>, isTerminal: boolean, platform: string): boolean {
  if (!isTerminal || platform === 'win32') return true
  const locale = [environment.LC_ALL, environment.LC_CTYPE, environment.LANG].find((value) => value !== undefined && value !== '')
  return locale !== undefined && /utf-?8/i.test(locale)
}
