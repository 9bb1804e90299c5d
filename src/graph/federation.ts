import {
  type ConstDirectiveNode,
  extendSchema,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
  isUnionType,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  print,
} from "graphql";

import { badInput, fromGlobalId, type ReadId } from "./declarations/index.ts";
import { charged, type GraphContext, selectionOf, VALUES_AN_ERROR } from "./operation/index.ts";
import { printOrderedSchema } from "./print.ts";
import { readEach } from "./queries/index.ts";

// Routers gather what they need into one request; this is more than any page of a list makes them need.
const MAX_REPRESENTATIONS = 1000;

// To write so much of a text takes as long as a leaf value.
const CHARACTERS_A_VALUE = 256;

const LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])';

/**
 * The same schema as a subgraph of an Apollo Federation (subgraph specification, version 2): every node is an entity whose key is
 * its id, so that other subgraphs can add fields to runs and servers. Entities are read through the loaders like `nodes`.
 */
export function toSubgraph(schema: GraphQLSchema): GraphQLSchema {
  const entities = nodeTypesOf(schema).map(({ name }) => name);
  const subgraph = extendSchema(schema, parse(subgraphAdditions(entities)));
  const sdl = printSubgraph(schema, entities);
  installRoot(subgraph, sdl);
  const union = subgraph.getType("_Entity");
  const node = subgraph.getType("Node");
  if (isUnionType(union) && isInterfaceType(node)) union.resolveType = node.resolveType;
  return subgraph;
}

function subgraphAdditions(entities: readonly string[]): string {
  return `
    "Names an entity: its type and its key."
    scalar _Any
    "What other subgraphs may add fields to."
    union _Entity = ${entities.join(" | ")}
    "This subgraph, for composition."
    type _Service { "Its schema with the directives of the federation." sdl: String! }
    extend type Query {
      "Entities by their keys, for routers."
      _entities("At most ${MAX_REPRESENTATIONS}." representations: [_Any!]!): [_Entity]!
      "This subgraph, for composition."
      _service: _Service!
    }`;
}

function installRoot(subgraph: GraphQLSchema, sdl: string): void {
  const fields = subgraph.getQueryType()?.getFields();
  const { _service: service, _entities: entities } = fields ?? {};
  if (service === undefined || entities === undefined) throw new Error("The subgraph lacks the fields it was given.");
  service.resolve = () => ({ sdl });
  const text = getNamedType(service.type);
  if (isObjectType(text)) chargeText(text.getFields().sdl, sdl);
  entities.extensions = { ...entities.extensions, complexity: VALUES_AN_ERROR };
  entities.resolve = charged(async (_source, { representations }, context, info) => {
    checkLength(representations);
    return readEach(representations as readonly unknown[], openEntity, selectionOf(info), context);
  });
}

// The text is as long as many outputs, and can be asked for under 2,000 names.
function chargeText(field: GraphQLField<unknown, GraphContext> | undefined, sdl: string): void {
  if (field === undefined) return;
  field.extensions = { ...field.extensions, complexity: Math.ceil(sdl.length / CHARACTERS_A_VALUE) };
  field.resolve = charged(() => sdl);
}

function checkLength({ length }: readonly unknown[]): void {
  if (length > MAX_REPRESENTATIONS) throw badInput("representations", `at most ${MAX_REPRESENTATIONS}`, length);
}

function openEntity(representation: unknown): ReadId {
  const { __typename, id } = (representation ?? {}) as { readonly __typename?: unknown; readonly id?: unknown };
  const read = fromGlobalId(typeof id === "string" ? id : "", "representations");
  const { type } = read.ref;
  if (type === __typename) return read;
  throw badInput("representations", `an id of the type ${JSON.stringify(__typename)}`, `one of ${type}`);
}

function printSubgraph(schema: GraphQLSchema, entities: readonly string[]): string {
  const document = parse(printOrderedSchema(schema), { noLocation: true });
  const definitions = document.definitions.map((definition) => {
    // Composition does not know @oneOf; the gateway holds to it all the same.
    if (definition.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION) return { ...definition, directives: [] };
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) return definition;
    return { ...definition, directives: directivesOf(definition, entities) };
  });
  return `${LINK}\n\n${print({ ...document, definitions })}\n`;
}

// Every subgraph with Relay's lists has a PageInfo of its own.
function directivesOf({ name }: ObjectTypeDefinitionNode, entities: readonly string[]): readonly ConstDirectiveNode[] {
  if (entities.includes(name.value)) return directive('@key(fields: "id")');
  return name.value === "PageInfo" ? directive("@shareable") : [];
}

function directive(text: string): readonly ConstDirectiveNode[] {
  const [definition] = parse(`type Bearer ${text} { field: Int }`, { noLocation: true }).definitions;
  return definition?.kind === Kind.OBJECT_TYPE_DEFINITION ? (definition.directives ?? []) : [];
}

function nodeTypesOf(schema: GraphQLSchema): readonly GraphQLObjectType[] {
  return Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .filter((type) => type.getInterfaces().some(({ name }) => name === "Node"))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
