import {
  type GraphQLField,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from "graphql";

type AnyField = GraphQLField<unknown, unknown>;

const known = new WeakMap<GraphQLSchema, ReadonlyMap<AnyField, number>>();

/** How many items the lists of introspection have in this schema: the types as they are, what belongs to one type or field on average. */
export function introspectionLengths(schema: GraphQLSchema): ReadonlyMap<AnyField, number> {
  const lengths = known.get(schema) ?? countLengths(schema);
  known.set(schema, lengths);
  return lengths;
}

function countLengths(schema: GraphQLSchema): ReadonlyMap<AnyField, number> {
  const types = Object.values(schema.getTypeMap());
  const composites = types.filter((type) => isObjectType(type) || isInterfaceType(type));
  const fields = composites.flatMap((type) => Object.values(type.getFields()));
  const args = fields.flatMap((field) => field.args);
  const values = types.filter(isEnumType).flatMap((type) => type.getValues());
  const inputs = types.filter(isInputObjectType).flatMap((type) => Object.values(type.getFields()));
  const abstract = composites.flatMap((type) => type.getInterfaces());
  const lengths: Readonly<Record<string, Readonly<Record<string, number>>>> = {
    __Schema: { types: types.length, directives: schema.getDirectives().length },
    __Type: {
      fields: fields.length / types.length,
      interfaces: abstract.length / types.length,
      possibleTypes: composites.length / types.length,
      enumValues: values.length / types.length,
      inputFields: inputs.length / types.length,
    },
    __Field: { args: args.length / Math.max(1, fields.length) },
    __Directive: { args: 2 },
  };
  return new Map(
    Object.entries(lengths).flatMap(([name, byField]) => {
      const type = schema.getType(name);
      const own = isObjectType(type) ? type.getFields() : {};
      return Object.entries(byField).flatMap(([field, length]) => (own[field] ? [[own[field], length] as const] : []));
    }),
  );
}
