/**
 * V8 keeps a text that was put together as a tree of its pieces, and each output of it walks them all. Asking for a character makes it one piece: worth it
 * for a text that is part of many lines (0.7 µs for one of 30 pieces).
 */
export function flat(text: string): string {
  return text.charCodeAt(0) >= 0 ? text : ''
}
