import fc from 'fast-check'
import { expect, test } from 'vitest'
import { printable } from '../../../src/bytes/printable.ts'
import { html, Markup } from '../../../src/report/html/markup.ts'

test('text is escaped, in content and in attributes', () => {
  expect(html`<p title="${'"\'>'}">${'<b> & '}</p>`.text).toBe('<p title="&quot;&#39;&gt;">&lt;b&gt; &amp; </p>')
})

test('markup is put in as it is; nothing stands for null and false', () => {
  expect(html`${html`<b>${1}</b>`}|${null}|${false}|${['a', html`<i>`, 2]}|${new Markup('&')}`.text).toBe('<b>1</b>|||a<i>2|&')
})

test('text that was made printable passes unchanged', () => {
  const shown = printable('a\x1b[31m \\x41 \u202e')
  expect(html`${shown}`.text).toBe(shown)
})

test('text that was not is made so', () => {
  expect(html`${'a\x1b\u202e\n'}`.text).toBe('a\\x1b\\u{202e}\\x0a')
})

test('nothing gets out of an attribute or brings a character that hides', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => {
    const { text: made } = html`${text}`
    expect(made).not.toMatch(/[<>"']|&(?!(?:amp|lt|gt|quot|#39);)|[\p{Cc}\p{Bidi_Control}\p{Cs}]/u)
  }))
})
