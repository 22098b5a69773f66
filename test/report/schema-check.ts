import Ajv from 'ajv'

/**
 * A check of values against one of our schemas that also fails where a value has more than the schema says: in the published schema further keys are allowed,
 * so that adding one breaks no reader.
 */
export function checkAgainst(schema: object): (value: unknown) => string[] {
  const validate = new Ajv({ allErrors: true }).compile(closed(schema) as object)
  return (value) => (validate(value) === true ? [] : (validate.errors ?? []).map((error) => `${error.dataPath} ${error.message ?? ''} ${JSON.stringify(error.params)}`))
}

/** The schema with `additionalProperties: false` wherever it lists properties; not in conditions, which look at a part only. */
function closed(schema: unknown, condition = false): unknown {
  if (Array.isArray(schema)) return schema.map((item) => closed(item, condition))
  if (typeof schema !== 'object' || schema === null) return schema
  const entries = Object.entries(schema).map(([key, value]) => [key, closed(value, condition || key === 'if')])
  const made = Object.fromEntries(entries) as Record<string, unknown>
  const lists = made.type === 'object' && made.properties !== undefined
  return lists && !condition ? { ...made, additionalProperties: false } : made
}
