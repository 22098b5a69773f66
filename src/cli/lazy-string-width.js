/**
 * Stands for the package string-width in the built program: the package prepares Unicode tables when it is loaded, which takes as long as all the rest of
 * a start. Most text needs none of them.
 */

/** One column a character: ASCII, Latin letters and the usual punctuation. A line feed takes none. */
const PLAIN = /^[\n\x20-\x7e\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2027\u2030-\u203a]*$/

let full

export default function stringWidth(text, options) {
  if (PLAIN.test(text)) return text.includes('\n') ? text.length - (text.split('\n').length - 1) : text.length
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- The bundler puts the package here, to be run when it is needed.
  full ??= require('../../node_modules/string-width/index.js').default
  return full(text, options)
}
