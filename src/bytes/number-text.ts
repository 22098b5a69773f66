/** Numbers for people. `toLocaleString` does the same, but loading its tables takes longer than reading a small capture. */

/** 4711 → `4,711`. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',')
}
