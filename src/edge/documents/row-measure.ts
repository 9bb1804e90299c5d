import {
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  print,
  SchemaMetaFieldDef,
  type SelectionNode,
  type SelectionSetNode,
  TypeMetaFieldDef,
  type ValueNode,
  visit,
} from "graphql";

import { introspectionLengths } from "./introspection-lengths.ts";

/** What a request gives to its document. */
export interface Given {
  readonly variables: unknown;
  readonly operationName: string | null;
}

/** What one answer can hold at most. */
export interface AnswerSize {
  readonly rows: number;
  /** Leaf values, of all rows together. Lists of leaves count as one. */
  readonly values: number;
  /** Those among them that tell of the schema, which nobody counts as they are made. */
  readonly introspected: number;
  /** The same with fields that can be long counted as many of them, for what the answer takes of memory and time. */
  readonly weight: number;
}

/** Counts what one document can make at most, for what a request gives to it. */
export type RowCounter = (given: Given) => AnswerSize;

// What decides how many rows there are.
const SIZES = ["first", "last"] as const;
const LISTS = ["ids", "representations"] as const;
const MOST_BYTES = "maxBytes";
const DECIDING: ReadonlySet<string> = new Set([...SIZES, ...LISTS, MOST_BYTES, "if"]);
const DEFAULT_SIZE = 20;
const MOST_SIZE = 100;
// To make so many bytes of text takes as long as a leaf value.
const BYTES_A_VALUE = 256;
/** What a document without an operation makes. */
export const NOTHING: AnswerSize = { rows: 0, values: 0, introspected: 0, weight: 0 };

/**
 * Counts rows as GitHub counts nodes: a field with `first` or `last` makes so many rows (20 without) for each row above it, one with
 * `ids` or `representations` as many as these are; the counts of all fields add up. Other lists do not count, but what tells of the schema counts as often as the schema has it. A field with a
 * `complexity` in the schema weighs as many leaf values as this says, for each of its ids if it takes such, or fewer with `maxBytes`.
 * Takes time in proportion to the document with its fragments opened, so measure that before. Counts again only if a deciding variable
 * changes.
 */
export function createRowCounter(schema: GraphQLSchema, document: DocumentNode): RowCounter {
  const deciding = decidingVariables(document);
  const { ofEach, ofChosen } = introspectionLengths(schema);
  const meanings: Meanings = { schema, askedBy: createQuestions(), lengths: ofEach, ofChosen };
  let last: { readonly key: string; readonly size: AnswerSize } = { key: "", size: NOTHING };
  return ({ variables, operationName }) => {
    const given = Object(variables) as Readonly<Record<string, unknown>>;
    const key = JSON.stringify([operationName, ...deciding.map((name) => extentOf(given[name]))]);
    if (key !== last.key) last = { key, size: countOperation(meanings, document, operationName, given) };
    return last.size;
  };
}

/** What a list weighs is its length, and an object, however deep, is one; anything else weighs what it is. */
function extentOf(value: unknown): unknown {
  if (Array.isArray(value)) return [value.length];
  return typeof value === "object" && value !== null ? {} : value;
}

function decidingVariables(document: DocumentNode): readonly string[] {
  const names = new Set<string>();
  visit(document, {
    Argument: ({ name, value }) => {
      if (DECIDING.has(name.value) && value.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  return [...names];
}

interface Meanings {
  readonly schema: GraphQLSchema;
  /** The same number for all fields that ask for the same with the same arguments, whatever their type. */
  readonly askedBy: (node: FieldNode) => number;
  /** How many items lists have that take no size; those of one item, or of unknown length, are left out. */
  readonly lengths: ReadonlyMap<GraphQLField<unknown, unknown>, number>;
  /** The same below a type that the document chose among all. */
  readonly ofChosen: ReadonlyMap<GraphQLField<unknown, unknown>, number>;
}

/** Writes the arguments of a field once: fragments open the same field thousands of times. */
function createQuestions(): Meanings["askedBy"] {
  const numbers = new Map<FieldNode, number>();
  const texts = new Map<string, number>();
  return (node) => {
    const known = numbers.get(node);
    if (known !== undefined) return known;
    const text = [(node.alias ?? node.name).value, node.name.value, node.arguments?.map(print)].join("\n");
    const number = texts.get(text) ?? texts.size;
    texts.set(text, number);
    numbers.set(node, number);
    return number;
  };
}

interface Scope extends Meanings {
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** The value of a node, defaults applied; undefined without one. */
  readonly read: (node: ValueNode | undefined) => unknown;
}

function countOperation(
  meanings: Meanings,
  document: DocumentNode,
  operationName: string | null,
  variables: Readonly<Record<string, unknown>>,
): AnswerSize {
  const operations = document.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
  const operation = operations.find(({ name }) => operationName === null || name?.value === operationName);
  const root = operation && meanings.schema.getRootType(operation.operation);
  if (operation === undefined || root == null) return NOTHING;
  const fragments = document.definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION);
  const scope: Scope = {
    ...meanings,
    fragments: new Map(fragments.map((fragment) => [fragment.name.value, fragment])),
    read: createReader(operation, variables),
  };
  return countRows(root, [operation.selectionSet], scope);
}

function createReader(
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): Scope["read"] {
  const defaults = new Map(
    variableDefinitions.map(({ variable, defaultValue }) => [variable.name.value, defaultValue]),
  );
  const read = (node: ValueNode | undefined): unknown => {
    switch (node?.kind) {
      case Kind.VARIABLE:
        return variables[node.name.value] === undefined
          ? read(defaults.get(node.name.value))
          : variables[node.name.value];
      case Kind.INT:
        return Number(node.value);
      case Kind.BOOLEAN:
        return node.value;
      case Kind.LIST:
        return node.values;
      default:
        return undefined;
    }
  };
  return read;
}

/** A field as the executor sees it: everything that is selected under one name of the answer. */
interface Merged {
  readonly definition: GraphQLField<unknown, unknown>;
  readonly node: FieldNode;
  /** None for a leaf. */
  readonly sets: SelectionSetNode[];
}

function countRows(type: GraphQLNamedType, sets: readonly SelectionSetNode[], scope: Scope): AnswerSize {
  const fields = new Map<string, Merged>();
  for (const set of sets) collect(type, set, scope, fields);
  let rows = 0;
  let values = 0;
  let introspected = 0;
  let weight = 0;
  const chosen = { ...scope, lengths: scope.ofChosen };
  for (const { definition, node, sets: below } of fields.values()) {
    const size = below.length === 0 ? 0 : sizeOf(definition, node, scope);
    const inner =
      below.length === 0
        ? leafOf(definition, node, scope)
        : countRows(getNamedType(definition.type), below, choosesType(definition) ? chosen : scope);
    // A leaf makes no rows, whatever its arguments are called.
    const times = below.length === 0 ? 1 : (size ?? scope.lengths.get(definition) ?? 1);
    rows += times * inner.rows + (size ?? 0);
    values += times * inner.values;
    introspected += isMeta(definition) ? inner.values : inner.introspected;
    weight +=
      times * inner.weight + (below.length === 0 ? 0 : timesListed(definition, times) * complexityOf(definition, 0));
  }
  return { rows, values, introspected, weight };
}

function collect(type: GraphQLNamedType, set: SelectionSetNode, scope: Scope, fields: Map<string, Merged>): void {
  for (const node of set.selections) {
    if (!isIncluded(node, scope)) continue;
    if (node.kind === Kind.FIELD) {
      collectField(type, node, scope, fields);
      continue;
    }
    const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : scope.fragments.get(node.name.value);
    if (fragment === undefined) continue;
    const condition = fragment.typeCondition?.name.value;
    const inner = condition === undefined ? type : scope.schema.getType(condition);
    if (inner !== undefined) collect(inner, fragment.selectionSet, scope, fields);
  }
}

function collectField(
  type: GraphQLNamedType,
  node: FieldNode,
  { askedBy, schema }: Meanings,
  fields: Map<string, Merged>,
): void {
  const definition = definitionOf(type, node.name.value, schema);
  if (definition === undefined) return;
  // The same name may stand for different fields of types that exclude each other; then each counts.
  const key = `${definition.type} ${askedBy(node)}`;
  const known = fields.get(key);
  const sets = node.selectionSet === undefined ? [] : [node.selectionSet];
  if (known === undefined) fields.set(key, { definition, node, sets });
  else known.sets.push(...sets);
}

function definitionOf(
  type: GraphQLNamedType,
  name: string,
  schema: GraphQLSchema,
): GraphQLField<unknown, unknown> | undefined {
  const own = isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
  return own ?? (type === schema.getQueryType() ? META_FIELDS.find((one) => one.name === name) : undefined);
}

const META_FIELDS: readonly GraphQLField<unknown, unknown>[] = [SchemaMetaFieldDef, TypeMetaFieldDef];

function isMeta(definition: GraphQLField<unknown, unknown>): boolean {
  return META_FIELDS.includes(definition);
}

/** True for what leads to some types; `types` alone leads to all. */
function choosesType({ name, type }: GraphQLField<unknown, unknown>): boolean {
  return name !== "types" && getNamedType(type).name === "__Type";
}

function leafOf(definition: GraphQLField<unknown, unknown>, node: FieldNode, scope: Scope): AnswerSize {
  const most = complexityOf(definition, 1);
  const bytes = scope.read(argumentOf(node, MOST_BYTES));
  const weight = typeof bytes === "number" ? Math.min(most, 1 + Math.max(0, bytes) / BYTES_A_VALUE) : most;
  return { rows: 0, values: 1, introspected: 0, weight };
}

function complexityOf({ extensions: { complexity } }: GraphQLField<unknown, unknown>, usual: number): number {
  return typeof complexity === "number" ? complexity : usual;
}

function argumentOf(node: FieldNode, name: string): ValueNode | undefined {
  return node.arguments?.find((given) => given.name.value === name)?.value;
}

function sizeOf(definition: GraphQLField<unknown, unknown>, node: FieldNode, scope: Scope): number | null {
  const names = new Set(definition.args.map(({ name }) => name));
  const argument = (name: string) => scope.read(argumentOf(node, name));
  const list = LISTS.find((name) => names.has(name));
  if (list !== undefined) return lengthOf(argument(list));
  if (!SIZES.some((name) => names.has(name))) return null;
  const given = SIZES.map(argument).filter((value) => typeof value === "number");
  // More or less is refused where it is read, with the argument's name.
  return given.length === 0 ? DEFAULT_SIZE : Math.min(Math.max(0, ...given), MOST_SIZE);
}

/** What is looked up by a list weighs for each of it. */
function timesListed({ args }: GraphQLField<unknown, unknown>, size: number): number {
  return args.some(({ name }) => LISTS.some((list) => list === name)) ? size : 1;
}

function lengthOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 1;
}

function isIncluded({ directives = [] }: SelectionNode, scope: Scope): boolean {
  const isSet = (given: readonly ArgumentNode[] = []) =>
    scope.read(given.find(({ name }) => name.value === "if")?.value) === true;
  return directives.every(({ name, arguments: given }) => {
    if (name.value === "include") return isSet(given);
    return name.value !== "skip" || !isSet(given);
  });
}
