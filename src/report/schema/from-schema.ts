/**
 * The TypeScript type of the values that a JSON Schema allows, so that a shape is written once: as the schema. Knows the few keywords that our schemas use
 * (`const`, `enum`, `anyOf`, `type`, `properties`, `required`, `items`); patterns and bounds have no type and are left to the tests.
 */
export type FromSchema<Schema> =
  Schema extends { readonly const: infer Value } ? Value
  : Schema extends { readonly enum: readonly (infer Value)[] } ? Value
  : Schema extends { readonly anyOf: readonly (infer Alternative)[] } ? FromEach<Alternative>
  : Schema extends { readonly type: readonly (infer Name)[] } ? FromEach<Name extends string ? { type: Name } : never>
  : Schema extends { readonly type: 'object'; readonly properties: infer Properties }
    ? Schema extends { readonly required: readonly (infer Name)[] } ? Fields<Properties, Name> : Fields<Properties, never>
  : Schema extends { readonly type: 'array'; readonly items: infer Items } ? FromItems<Items>
  : Schema extends { readonly type: 'string' } ? string
  : Schema extends { readonly type: 'integer' | 'number' } ? number
  : Schema extends { readonly type: 'boolean' } ? boolean
  : Schema extends { readonly type: 'null' } ? null
  : never

type FromEach<Alternative> = Alternative extends unknown ? FromSchema<Alternative> : never

/** Draft 7: `items` is one schema for all, or a list with one for each place. */
type FromItems<Items> = Items extends readonly unknown[]
  ? { readonly [Place in keyof Items]: FromSchema<Items[Place]> }
  : readonly FromSchema<Items>[]

type Fields<Properties, Required> =
  & { -readonly [Name in keyof Properties as Name extends Required ? Name : never]: FromSchema<Properties[Name]> }
  & { -readonly [Name in keyof Properties as Name extends Required ? never : Name]?: FromSchema<Properties[Name]> }
