import { expect, it } from "@jest/globals";
import { execute, parse } from "graphql";

import { type Operation, silentTelemetry } from "#domain";
import { toGlobalId } from "#graph";
import { createLoaders } from "#loaders";
import { createOperation } from "../support/operation.ts";
import { ANYONE, schema, stubServices } from "./ask.ts";
import { anInstanceInvocation, anInvocation, ecs } from "./records.ts";

const RUN = toGlobalId({ type: "Invocation", source: ecs, invokeId: "t-1" });

/** How many turns a query waits for. */
async function countTurns(query: string, stub: Parameters<typeof stubServices>[0]): Promise<number> {
  let turns = 0;
  const operation: Operation = {
    ...createOperation(),
    turn: async () => {
      turns += 1;
    },
  };
  const { services } = stubServices(stub);
  const loaders = createLoaders(services, silentTelemetry, operation);
  const contextValue = { services, loaders, operation, sealer: { seal: () => "c", open: () => null }, ...ANYONE };
  const variableValues = { ids: Array<string>(100).fill(RUN) };
  const { errors } = await execute({ schema, document: parse(query), contextValue, variableValues });
  expect(errors).toBeUndefined();
  return turns;
}

it("what ids name is opened in turns of four lists of a hundred", async () => {
  let looked = 0;
  const findSource = () => {
    looked += 1;
    return null;
  };
  const names = Array.from({ length: 16 }, (_, index) => `a${index}: nodes(ids: $ids) { id }`);
  const turns = await countTurns(`query ($ids: [ID!]!) { ${names.join(" ")} }`, { findSource });
  expect([looked, turns]).toEqual([1_600, 3]);
});

it.each([
  ["chosen", "statusIn: [SUCCESS]", 5],
  ["ordered", "orderBy: FAILURES_FIRST", 5],
  ["taken as they are", "", 0],
])(
  "instances that are %s under many names, and none shown, are gone through in turns",
  async (_name, args, expected) => {
    const instances = Array.from({ length: 300 }, (_, index) => anInstanceInvocation({ instanceId: `i-${index}` }));
    const list = `instanceInvocations(first: 0, ${args}) { totalCount }`;
    const names = Array.from({ length: 36 }, (_, index) => `a${index}: ${list}`);
    const turns = await countTurns(`{ node(id: "${RUN}") { ... on Invocation { ${names.join(" ")} } } }`, {
      readInvocations: async (refs) => refs.map(() => anInvocation({ instances })),
    });
    expect(turns).toBe(expected);
  },
);
