import { type GraphQLSchema, isInputObjectType } from "graphql";
import { buildSchemaSync } from "type-graphql";

import { useBareResolvers } from "./operation/index.ts";
import {
  LookupQueries,
  NodeQueries,
  RunQueries,
  SearchQueries,
  SourceQueries,
  StatisticsQueries,
  ViewerQueries,
} from "./queries/index.ts";
import { installGuards } from "./rights/index.ts";
import { InstanceInvocationLinks, InstanceLinks } from "./runs/index.ts";
import { Subscriptions } from "./subscriptions/index.ts";

/** How a schema is made. */
export interface SchemaOptions {
  /** Asks the guard of the context before every field that needs more than the right to see runs. */
  readonly isGuarded?: boolean;
}

// Gateways of one process share it: making it costs most of a start.
const schemas = new Map<boolean, GraphQLSchema>();

/** The executable schema, one for the same options. Resolvers take all they need from the {@link GraphContext} of their operation. */
export function createSchema({ isGuarded = false }: SchemaOptions = {}): GraphQLSchema {
  const schema = schemas.get(isGuarded) ?? makeSchema(isGuarded);
  schemas.set(isGuarded, schema);
  return schema;
}

function makeSchema(isGuarded: boolean): GraphQLSchema {
  const schema = buildSchemaSync({
    resolvers: [
      NodeQueries,
      RunQueries,
      LookupQueries,
      SearchQueries,
      SourceQueries,
      StatisticsQueries,
      InstanceInvocationLinks,
      InstanceLinks,
      Subscriptions,
      ViewerQueries,
    ],
    validate: false,
    pubSub: NO_TOPICS,
  });
  useBareResolvers(schema);
  if (isGuarded) installGuards(schema);
  describeRoots(schema);
  demandOneOf(schema, "LookupInput");
  return schema;
}

// TypeGraphQL demands topics where there is a subscription, also where none of them has one.
const NO_TOPICS = {
  publish() {},
  subscribe(): never {
    throw new Error("Subscriptions here have no topics.");
  },
};

// TypeGraphQL has no place for the descriptions of the root types.
function describeRoots(schema: GraphQLSchema): void {
  const query = schema.getQueryType();
  if (query != null) query.description = "Everything that can be asked. Nothing here changes anything upstream.";
  const subscription = schema.getSubscriptionType();
  if (subscription != null) subscription.description = "What can be watched, over WebSocket or server-sent events.";
}

// TypeGraphQL has no word for input objects of which exactly one field has to be given.
function demandOneOf(schema: GraphQLSchema, name: string): void {
  const type = schema.getType(name);
  if (isInputObjectType(type)) type.isOneOf = true;
}
