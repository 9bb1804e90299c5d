import { GraphQLError, type GraphQLSchema } from "graphql";

import type { Operation } from "#domain";
import { type LiveRequest, TRANSPORTS } from "../support/live.ts";
import { stubSchema } from "./gateway.ts";

const SCHEMA =
  "type Query { hello: String } type Subscription { count(to: Int!): Int  wait: Int  broken: Int  gone: Int }";

const source = { provider: "ECS", account: "default", regionId: "cn-hangzhou" } as const;

/**
 * A schema whose subscriptions count, wait until their operation ends, break off, or refuse.
 * @param notes what became of those that wait
 * @param begun one for each that begins to wait
 */
export function createLiveSchema(notes: string[] = [], begun: string[] = []): GraphQLSchema {
  const schema = stubSchema(SCHEMA, { Query: { hello: () => "hello" } });
  const fields = schema.getSubscriptionType()?.getFields() ?? {};
  const declare = (name: string, subscribe: (args: { to: number }, operation: Operation) => unknown) => {
    Object.assign(fields[name] ?? {}, {
      subscribe: (_root: unknown, args: { to: number }, context: { operation: Operation }) =>
        subscribe(args, context.operation),
      resolve: (value: number, _args: unknown, { operation }: { operation: Operation }) => {
        operation.meter.spend(source, "DescribeInvocations");
        if (value < 0) throw new Error("canary");
        return value;
      },
    });
  };
  declare("count", async function* ({ to }) {
    for (let value = 1; value <= to; value += 1) yield value;
  });
  declare("wait", async function* (_args, { signal }) {
    try {
      yield 1;
      begun.push("wait");
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
    } finally {
      notes.push("stopped");
    }
  });
  declare("broken", async function* () {
    yield 1;
    yield -1;
    throw new Error("canary");
  });
  declare("gone", () => {
    throw new GraphQLError("No such run.", { extensions: { code: "NOT_FOUND" } });
  });
  return schema;
}

/** What an event of this schema costs. */
export const EVENT_COST = { calls: 1, cached: 0, budget: 200 };

/** What came of one operation that was not stopped. */
export interface Told {
  readonly results: readonly unknown[];
  /** `complete`, or what broke it off. */
  readonly end: unknown;
}

/** Asks over one of the transports, on a connection of its own, until the end. */
export async function askLive(transport: keyof typeof TRANSPORTS, url: string, request: LiveRequest): Promise<Told> {
  const { results, end, leave } = TRANSPORTS[transport](url, request);
  const told = { results, end: await end };
  await leave();
  return told;
}
