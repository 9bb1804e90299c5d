import {
  type GraphQLField,
  type GraphQLSchema,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from "graphql";

type AnyField = GraphQLField<unknown, unknown>;
type Lengths = ReadonlyMap<AnyField, number>;

/** How many items the lists of introspection have in one schema. */
export interface IntrospectionLengths {
  /** Of one type or field among all of them: on average. */
  readonly ofEach: Lengths;
  /** Of a type that the document chose, which may be the one that has most. */
  readonly ofChosen: Lengths;
}

const known = new WeakMap<GraphQLSchema, IntrospectionLengths>();

/** Counted once for each schema. */
export function introspectionLengths(schema: GraphQLSchema): IntrospectionLengths {
  const lengths = known.get(schema) ?? countLengths(schema);
  known.set(schema, lengths);
  return lengths;
}

function countLengths(schema: GraphQLSchema): IntrospectionLengths {
  const types = Object.values(schema.getTypeMap());
  const composites = types.filter((type) => isObjectType(type) || isInterfaceType(type));
  const fields = composites.map((type) => Object.values(type.getFields()));
  const args = fields.map((own) => own.reduce((sum, field) => sum + field.args.length, 0));
  const lists = {
    fields: fields.map(({ length }) => length),
    interfaces: composites.map((type) => type.getInterfaces().length),
    possibleTypes: types.filter(isAbstractType).map((type) => schema.getPossibleTypes(type).length),
    enumValues: types.filter(isEnumType).map((type) => type.getValues().length),
    inputFields: types.filter(isInputObjectType).map((type) => Object.keys(type.getFields()).length),
  };
  const lengthsOf = (count: (lengths: readonly number[]) => number, argsOfField: number): Lengths => {
    const ofType = Object.fromEntries(Object.entries(lists).map(([name, lengths]) => [name, count(lengths)]));
    return toMap(schema, {
      __Schema: { types: types.length, directives: schema.getDirectives().length },
      __Type: ofType,
      __Field: { args: argsOfField },
      __Directive: { args: 2 },
    });
  };
  const mostFields = Math.max(1, ...lists.fields);
  return {
    ofEach: lengthsOf((lengths) => sumOf(lengths) / types.length, sumOf(args) / Math.max(1, sumOf(lists.fields))),
    // Times the fields, as many as one type has of all its fields together.
    ofChosen: lengthsOf((lengths) => Math.max(0, ...lengths), Math.max(0, ...args) / mostFields),
  };
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}

function toMap(schema: GraphQLSchema, lengths: Readonly<Record<string, Readonly<Record<string, number>>>>): Lengths {
  return new Map(
    Object.entries(lengths).flatMap(([name, byField]) => {
      const type = schema.getType(name);
      const own = isObjectType(type) ? type.getFields() : {};
      return Object.entries(byField).flatMap(([field, length]) => (own[field] ? [[own[field], length] as const] : []));
    }),
  );
}
