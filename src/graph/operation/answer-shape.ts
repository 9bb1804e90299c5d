import {
  type FieldNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  getNamedType,
  isAbstractType,
  isLeafType,
  isObjectType,
  type SelectionSetNode,
} from "graphql";

import { fieldsOf } from "./selection.ts";

/** What an object adds to an answer as it is selected at one place, without what resolvers below it give. */
export interface AnswerShape {
  /** Leaf values. */
  readonly values: number;
  /** What executors work for it, in leaf values: a field with a resolver is as much work as several of them. */
  readonly work: number;
  /** About how many bytes, names of fields included. */
  readonly bytes: number;
  /** Properties of any length, once for each time they are selected. */
  readonly texts: readonly string[];
  readonly parts: readonly { readonly name: string; readonly shape: AnswerShape }[];
}

/** What of `info` is needed. */
export type ShapeInfo = Pick<
  GraphQLResolveInfo,
  "schema" | "fieldNodes" | "fragments" | "variableValues" | "returnType"
>;

type Draft = { -readonly [Member in keyof AnswerShape]: AnswerShape[Member] } & {
  readonly texts: string[];
  readonly parts: { name: string; shape: AnswerShape }[];
};

// Longest usual JSON of values whose length is bounded; others are looked at.
const SIZES: Readonly<Record<string, number>> = { Int: 6, Float: 12, SafeInt: 14, Boolean: 5, DateTime: 26, ID: 120 };
const UNBOUNDED: ReadonlySet<string> = new Set(["String", "Base64", "JSONObject"]);
const ENUM_BYTES = 16;
// Cursors are sealed when they are read, which costs as much as the rest of a row.
const CURSOR = /cursor$/i;
const CURSOR_BYTES = 200;
const TYPENAME_BYTES = 24;
// Quotes, colon, comma.
const PUNCTUATION = 4;
// A resolver's arguments are read and what it gives is weighed, which takes longer than to read a property.
const RESOLVER_WORK = 8;

/** The shape of objects of this type that the field of `info` gives. */
export function shapeOf(type: GraphQLObjectType, info: ShapeInfo): AnswerShape {
  return shapeOfSets(
    type,
    info.fieldNodes.flatMap(({ selectionSet }) => selectionSet ?? []),
    info,
  );
}

function shapeOfSets(type: GraphQLObjectType, sets: readonly SelectionSetNode[], info: ShapeInfo): AnswerShape {
  const draft: Draft = { values: 0, work: 0, bytes: PUNCTUATION, texts: [], parts: [] };
  for (const [key, nodes] of namedFieldsOf(type, sets, info)) {
    const name = nodes[0]?.name.value ?? "";
    const field = type.getFields()[name];
    draft.bytes += key.length + PUNCTUATION;
    if (field === undefined) draft.bytes += TYPENAME_BYTES;
    else addField(draft, field, nodes, info);
  }
  return draft;
}

function addField(
  draft: Draft,
  field: GraphQLField<unknown, unknown>,
  nodes: readonly FieldNode[],
  info: ShapeInfo,
): void {
  const type = getNamedType(field.type);
  draft.work += field.resolve === undefined ? 1 : RESOLVER_WORK;
  if (isLeafType(type)) addLeaf(draft, field, type.name);
  else if (field.resolve === undefined && isObjectType(type)) {
    const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    draft.parts.push({ name: field.name, shape: shapeOfSets(type, sets, info) });
  }
}

function addLeaf(draft: Draft, field: GraphQLField<unknown, unknown>, typeName: string): void {
  draft.values += 1;
  // A resolver charges for what it gives.
  if (field.resolve !== undefined) return;
  if (CURSOR.test(field.name)) draft.bytes += CURSOR_BYTES;
  else if (UNBOUNDED.has(typeName)) draft.texts.push(field.name);
  else draft.bytes += SIZES[typeName] ?? ENUM_BYTES;
}

/** The fields that are selected of this type, by their names in the answer. */
function namedFieldsOf(
  type: GraphQLObjectType,
  sets: readonly SelectionSetNode[],
  info: ShapeInfo,
): ReadonlyMap<string, FieldNode[]> {
  const named = new Map<string, FieldNode[]>();
  for (const node of fieldsOf(sets, info, (condition) => applies(condition, type, info))) {
    const key = (node.alias ?? node.name).value;
    named.set(key, [...(named.get(key) ?? []), node]);
  }
  return named;
}

function applies(condition: string, type: GraphQLObjectType, { schema }: ShapeInfo): boolean {
  if (condition === type.name) return true;
  const wider = schema.getType(condition);
  return isAbstractType(wider) && schema.isSubType(wider, type);
}
