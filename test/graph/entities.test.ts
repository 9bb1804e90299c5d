import { expect, it } from "@jest/globals";
import { execute, parse } from "graphql";
import { silentTelemetry } from "#domain";
import { toGlobalId, toSubgraph } from "#graph";
import { createLoaders } from "#loaders";
import { createOperation } from "../support/operation.ts";
import { ANYONE, schema, stubServices } from "./ask.ts";
import { anInstance, ecs } from "./records.ts";

const subgraph = toSubgraph(schema);
const sealer = { seal: () => "c", open: () => null };

it("opens representations in turns, and reads what they name at once", async () => {
  let turns = 0;
  const turn = async (): Promise<void> => {
    turns += 1;
  };
  const operation = createOperation({ turn });
  const { services, calls } = stubServices({
    readInstances: async (refs) => refs.map(({ instanceId }) => anInstance({ instanceId })),
  });
  const ids = Array.from({ length: 1_000 }, (_, serial) => `i-${serial}`);
  const representations = ids.map((instanceId) => ({
    __typename: "Instance",
    id: toGlobalId({ type: "Instance", source: ecs, instanceId }),
  }));
  const { data, errors } = await execute({
    schema: subgraph,
    document: parse("query ($of: [_Any!]!) { _entities(representations: $of) { ... on Instance { instanceId } } }"),
    variableValues: { of: representations },
    contextValue: {
      services,
      loaders: createLoaders(services, silentTelemetry, operation),
      operation,
      sealer,
      ...ANYONE,
    },
  });
  expect(errors).toBeUndefined();
  expect(JSON.parse(JSON.stringify(data?._entities))).toEqual(ids.map((instanceId) => ({ instanceId })));
  expect([turns > 2, calls.length]).toEqual([true, 1]);
});
