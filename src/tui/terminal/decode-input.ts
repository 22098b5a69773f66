/**
 * Keys from what a terminal sends. Pure: text in, keys out; the caller keeps the time.
 *
 * Text may be cut anywhere, and the keys are the same however it is. A key that is not known is dropped whole, and so is what is no key: mouse reports, answers to
 * questions about the terminal, news of the focus. Modifiers of named keys are not told apart.
 *
 * The escape key sends what all the sequences begin with. Only silence tells it from them: call `flush` some 30 ms after the last text while `pending`.
 *
 * ECMA-48 §5.4 (control sequences), §5.6 (control strings); xterm's "ctlseqs"; console_codes(4); the key tables of rxvt.
 */

type Letter =
  | 'a' | 'b' | 'c' | 'd' | 'e' | 'f' | 'g' | 'h' | 'i' | 'j' | 'k' | 'l' | 'm' | 'n' | 'o' | 'p' | 'q' | 'r' | 's' | 't' | 'u' | 'v' | 'w' | 'x' | 'y' | 'z'

/** Ctrl-H, I, J and M are `backspace`, `tab` and `enter`: terminals send the same for them. */
export type KeyName =
  | 'up' | 'down' | 'left' | 'right' | 'home' | 'end' | 'page-up' | 'page-down'
  | 'enter' | 'escape' | 'tab' | 'shift-tab' | 'backspace' | 'delete' | `ctrl-${Exclude<Letter, 'h' | 'i' | 'j' | 'm'>}`

export type Key =
  | { readonly kind: 'key'; readonly name: KeyName }
  /** One code point. A character of several (an accent, a flag) comes as several: whether another one follows cannot be known. */
  | { readonly kind: 'text'; readonly text: string }
  /** Lines end in LF. */
  | { readonly kind: 'paste'; readonly text: string }

/** UTF-16 units of one paste; the rest of it is dropped. Filters and paths are far shorter; what is longer is a slip of the mouse. */
export const LONGEST_PASTE = 65_536

const ESC = '\x1b'
const PASTE_END = `${ESC}[201~`
/** More parameters say nothing that is known here. */
const LONGEST_PARAMETERS = 64
/** What follows the oldest form of mouse report: button, column, row. */
const MOUSE_CHARACTERS = 3

const CONTROLS: Readonly<Record<string, KeyName>> = { '\b': 'backspace', '\t': 'tab', '\n': 'enter', '\r': 'enter', '\x7f': 'backspace' }

/** CSI or SS3, with or without modifiers (`CSI 1 ; 5 A`). Lower case: rxvt with Shift or Ctrl. */
const BY_FINAL: Readonly<Record<string, KeyName>> = {
  A: 'up', B: 'down', C: 'right', D: 'left', H: 'home', F: 'end', a: 'up', b: 'down', c: 'right', d: 'left',
}
/** CSI number `~`. 1 and 4: vt and linux, 7 and 8: rxvt. */
const BY_NUMBER: Readonly<Record<string, KeyName>> = {
  1: 'home', 3: 'delete', 4: 'end', 5: 'page-up', 6: 'page-down', 7: 'home', 8: 'end',
}
/** What ends such a number; rxvt says with the last three which modifiers there were. */
const NUMBER_FINALS = '~^@$'

type State =
  | 'ground'
  /** After ESC. */
  | 'escape'
  | 'csi'
  | 'ss3'
  /** OSC, DCS, SOS, PM and APC, until BEL or ST. */
  | 'string'
  /** After what announces a number of characters that are no keys. */
  | 'skip'
  | 'paste'

export class InputDecoder {
  #state: State = 'ground'
  /** Parameters and intermediates of the sequence so far. */
  #parameters = ''
  #toSkip = 0
  /** The first half of a surrogate pair. */
  #high = ''
  #paste = ''
  /** The end of a paste so far that may be the beginning of what ends it. */
  #pasteTail = ''
  #keys: Key[] = []

  /** The keys that `text`, with what came before it, makes. */
  push(text: string): Key[] {
    for (let at = 0; at < text.length;) {
      if (this.#state === 'paste') at = this.#takePaste(text, at)
      else this.#take(text[at++]!)
    }
    return this.#taken()
  }

  /** The keys that there are if nothing follows what has come so far. */
  flush(): Key[] {
    if (!this.pending) return []
    // What else is pending began as Alt with a letter does: a key that is dropped.
    if (this.#state === 'escape') this.#key('escape')
    this.#state = 'ground'
    this.#high = ''
    return this.#taken()
  }

  /** Whether silence would mean something. */
  get pending(): boolean {
    switch (this.#state) {
      case 'ground':
        return this.#high !== ''
      case 'escape':
      case 'string':
      case 'skip':
        return true
      case 'csi':
      case 'ss3':
        // Nobody types more of a sequence: a slow line has cut it, and the rest comes.
        return this.#parameters === ''
      case 'paste':
        return false
    }
  }

  #taken(): Key[] {
    const keys = this.#keys
    this.#keys = []
    return keys
  }

  #key(name: KeyName): void {
    this.#keys.push({ kind: 'key', name })
  }

  #take(unit: string): void {
    switch (this.#state) {
      case 'ground':
        return this.#ground(unit)
      case 'escape':
        return this.#escape(unit)
      case 'csi':
        return this.#csi(unit)
      case 'ss3':
        return this.#ss3(unit)
      case 'string':
        // The backslash of an ST is then dropped like any character after ESC.
        if (unit === ESC) this.#state = 'escape'
        else if (unit === '\x07' || unit === '\x9c') this.#state = 'ground'
        return
      case 'skip':
        if (--this.#toSkip === 0) this.#state = 'ground'
        return
      case 'paste':
        return
    }
  }

  #ground(unit: string): void {
    const code = unit.charCodeAt(0)
    const high = this.#high
    this.#high = ''
    if (code >= 0xdc00 && code <= 0xdfff) {
      if (high !== '') this.#keys.push({ kind: 'text', text: high + unit })
    } else if (code >= 0xd800 && code <= 0xdbff) {
      this.#high = unit
    } else if (unit === ESC) {
      this.#state = 'escape'
    } else if (code < 0x20 || code === 0x7f) {
      const name = CONTROLS[unit] ?? controlName(code)
      if (name !== null) this.#key(name)
    } else if (code >= 0x80 && code <= 0x9f) {
      // ECMA-48 §5.3: the same as ESC and the character 0x40 below.
      this.#escape(String.fromCharCode(code - 0x40))
    } else {
      this.#keys.push({ kind: 'text', text: unit })
    }
  }

  #escape(unit: string): void {
    this.#parameters = ''
    switch (unit) {
      case ESC:
        return this.#key('escape')
      case '[':
        this.#state = 'csi'
        return
      case 'O':
        this.#state = 'ss3'
        return
      case ']':
      case 'P':
      case 'X':
      case '^':
      case '_':
        this.#state = 'string'
        return
      case '\t':
        // The Linux console's Shift-Tab.
        this.#key('shift-tab')
        this.#state = 'ground'
        return
      default:
        // Alt and a character; of a pair, both halves.
        if (unit >= '\ud800' && unit <= '\udbff') this.#skip(1)
        else this.#state = 'ground'
    }
  }

  #csi(unit: string): void {
    const parameters = this.#parameters
    if (unit === '$' && /^\d+$/.test(parameters)) return this.#finish(csiKey(parameters, unit))
    if (unit >= ' ' && unit <= '?') return this.#add(unit)
    if (unit < '@' || unit > '~') return this.#again(unit)
    if (parameters === '' && unit === '[') return this.#skip(1) // The Linux console's F1 to F5.
    if (parameters === '' && unit === 'M') return this.#skip(MOUSE_CHARACTERS)
    if (parameters === '200' && unit === '~') {
      this.#state = 'paste'
      return
    }
    return this.#finish(csiKey(parameters, unit))
  }

  #ss3(unit: string): void {
    if (unit >= '0' && unit <= '?') return this.#add(unit)
    if (unit < '@' || unit > '~') return this.#again(unit)
    // M: Enter of the number pad.
    return this.#finish(unit === 'M' ? 'enter' : BY_FINAL[unit] ?? null)
  }

  #add(unit: string): void {
    if (this.#parameters.length < LONGEST_PARAMETERS) this.#parameters += unit
  }

  #finish(name: KeyName | null): void {
    this.#state = 'ground'
    if (name !== null) this.#key(name)
  }

  /** The sequence was cut off: this belongs to no sequence. */
  #again(unit: string): void {
    this.#state = 'ground'
    this.#ground(unit)
  }

  #skip(characters: number): void {
    this.#state = 'skip'
    this.#toSkip = characters
  }

  /** Returns where in `text` the paste ends. */
  #takePaste(text: string, at: number): number {
    const before = this.#pasteTail.length
    const whole = this.#pasteTail + text.slice(at)
    const end = whole.indexOf(PASTE_END)
    if (end === -1) {
      const tail = Math.max(0, whole.length - PASTE_END.length + 1)
      this.#addPaste(whole.slice(0, tail))
      this.#pasteTail = whole.slice(tail)
      return text.length
    }
    this.#addPaste(whole.slice(0, end))
    this.#keys.push({ kind: 'paste', text: withoutHalfPair(this.#paste).replace(/\r\n?/g, '\n') })
    this.#paste = ''
    this.#pasteTail = ''
    this.#state = 'ground'
    return at + end + PASTE_END.length - before
  }

  #addPaste(text: string): void {
    this.#paste += text.slice(0, LONGEST_PASTE - this.#paste.length)
  }
}

function csiKey(parameters: string, final: string): KeyName | null {
  // Private ones (`CSI ? …`) are answers, and no key has intermediates.
  if (!/^[\d;:]*$/.test(parameters)) return null
  if (NUMBER_FINALS.includes(final)) return BY_NUMBER[/^\d*/.exec(parameters)![0]] ?? null
  return final === 'Z' ? 'shift-tab' : BY_FINAL[final] ?? null
}

/** 1 → `ctrl-a`. */
function controlName(code: number): KeyName | null {
  return code >= 1 && code <= 26 ? `ctrl-${String.fromCharCode(0x60 + code) as Exclude<Letter, 'h' | 'i' | 'j' | 'm'>}` : null
}

function withoutHalfPair(text: string): string {
  return /[\ud800-\udbff]$/.test(text) ? text.slice(0, -1) : text
}
