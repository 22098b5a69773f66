/**
 * The colours of the page in both themes. Text has a contrast of at least 4.5:1 to what it stands on (WCAG 2.2 §1.4.3), bars and lines that mean something
 * 3:1 (§1.4.11); a test holds the table to it.
 */
export interface Colour {
  readonly light: string
  readonly dark: string
}

export const PALETTE = {
  paper: { light: '#ffffff', dark: '#15181b' },
  sunken: { light: '#f4f6f7', dark: '#1d2125' },
  line: { light: '#d8dde1', dark: '#343b41' },
  ink: { light: '#1c2126', dark: '#e3e7ea' },
  soft: { light: '#58626c', dark: '#a0aab3' },
  link: { light: '#0b5394', dark: '#85bcf2' },
  series: { light: '#5b82a8', dark: '#6c94bb' },
  mark: { light: '#ffe08a', dark: '#5f4b08' },
  error: { light: '#a8201a', dark: '#ff9a91' },
  errorTint: { light: '#fcebe9', dark: '#3b1a18' },
  errorFill: { light: '#b3261e', dark: '#f0857c' },
  onErrorFill: { light: '#ffffff', dark: '#240a08' },
  warning: { light: '#7d4a00', dark: '#ecb862' },
  warningTint: { light: '#fcf0d9', dark: '#33280f' },
  warningFill: { light: '#b26a00', dark: '#d99a35' },
  note: { light: '#2a5580', dark: '#94bfe9' },
  noteTint: { light: '#e7eff7', dark: '#17283a' },
  pass: { light: '#17633a', dark: '#72d098' },
  passTint: { light: '#e0f2e7', dark: '#15301f' },
  passFill: { light: '#2f8f58', dark: '#4aa873' },
} as const satisfies Readonly<Record<string, Colour>>

export type ColourName = keyof typeof PALETTE

/** What stands on what: text, then bars and lines. */
export const TEXT_PAIRS: readonly (readonly [text: ColourName, ground: ColourName])[] = [
  ['ink', 'paper'], ['ink', 'sunken'], ['ink', 'mark'], ['ink', 'errorTint'], ['ink', 'warningTint'], ['ink', 'noteTint'], ['ink', 'passTint'],
  ['soft', 'paper'], ['soft', 'sunken'], ['link', 'paper'], ['link', 'sunken'],
  ['error', 'paper'], ['error', 'sunken'], ['error', 'errorTint'], ['onErrorFill', 'errorFill'],
  ['warning', 'paper'], ['warning', 'sunken'], ['warning', 'warningTint'],
  ['note', 'paper'], ['note', 'sunken'], ['note', 'noteTint'], ['pass', 'paper'], ['pass', 'sunken'], ['pass', 'passTint'],
]

export const SHAPE_PAIRS: readonly (readonly [shape: ColourName, ground: ColourName])[] = [
  ['series', 'paper'], ['errorFill', 'paper'], ['warningFill', 'paper'], ['passFill', 'paper'], ['soft', 'paper'],
]

/** As custom properties of CSS: `--paper:#ffffff`. */
export function customProperties(theme: keyof Colour): string {
  return Object.entries(PALETTE).map(([name, colour]) => `--${name}:${colour[theme]}`).join(';')
}
