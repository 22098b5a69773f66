/** What holds of every packet, whatever its bytes. */
import { expect } from 'vitest'
import type { FieldNode } from '../../../src/mqtt/field.ts'
import { isSecret } from '../../../src/mqtt/fields.ts'
import type { Problem } from '../../../src/mqtt/problem.ts'
import type { Direction, Version } from '../../../src/mqtt/version.ts'
import { decode, decodeWithFields, walk } from './build.ts'

/** Decodes with and without a recorder, and again; everything must agree. */
export function checkInvariants(bytes: Uint8Array, length: number, version: Version, direction: Direction | null): readonly Problem[] {
  const plain = decode(bytes, version, direction)
  const { packet, problems, fields } = decodeWithFields(bytes, version, direction)
  expect(packet).toEqual(plain.packet)
  expect(problems).toEqual(plain.problems)
  expect(decode(bytes, version, direction)).toEqual(plain)
  for (const problem of problems) checkProblem(problem, bytes.length)
  checkTree(fields, length)
  checkCover(fields[0]!, Math.min(length, bytes.length))
  return problems
}

function checkProblem({ code, start, end, message }: Problem, available: number): void {
  if (!(start >= 0 && start < end && end <= available)) throw new Error(`${code} is at ${start}-${end} of ${available} bytes`)
  if (message.length > 300 || /[\n\r]/.test(message)) throw new Error(`${code} says too much: ${message}`)
}

function checkTree(fields: readonly FieldNode[], length: number): void {
  expect(fields).toHaveLength(1)
  const root = fields[0]!
  if (root.start !== 0 || root.end !== length) throw new Error(`the root is ${root.start}-${root.end} of ${length} bytes`)
  for (const node of walk(fields)) checkChildren(node)
}

/** Children lie inside, in order, and do not overlap; bit fields share their byte and have disjoint masks. */
function checkChildren(node: FieldNode): void {
  let at = node.start
  let bits = 0
  for (const child of node.children) {
    if (child.mask !== 0) {
      if (child.start !== node.start || child.end !== node.start + 1 || (bits & child.mask) !== 0) throw new Error(`bits of ${child.field.name}`)
      bits |= child.mask
      continue
    }
    if (child.start < at || child.end < child.start || child.end > node.end) {
      throw new Error(`${child.field.name} is ${child.start}-${child.end} in ${node.field.name} ${node.start}-${node.end}, behind ${at}`)
    }
    at = child.end
  }
}

/** Every byte at hand belongs to a field that is not just a container. */
function checkCover(root: FieldNode, length: number): void {
  const covered = new Uint8Array(root.end)
  for (const node of walk([root])) if (node.children.every((child) => child.mask !== 0)) covered.fill(1, node.start, node.end)
  const hole = covered.indexOf(0)
  if (hole >= 0 && hole < length) throw new Error(`byte ${hole} of ${length} belongs to no field`)
}

/** Where secrets are, so that a test can look for them elsewhere. */
export function secretValues(fields: readonly FieldNode[]): string[] {
  return [...walk(fields)].filter((node) => isSecret(node.field) && node.value !== null).map((node) => String(node.value))
}
