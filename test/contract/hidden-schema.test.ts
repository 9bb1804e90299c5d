import { expect, it } from "@jest/globals";
import { type Subscriber, TRANSPORTS } from "../support/live.ts";
import { startRig } from "./rig.ts";
import { createPlace } from "./world.ts";

const QUERY = "query ($filter: InvocationFilter) { invocations(filter: $filter) { nodes { invokeId } } }";
const WATCH = "subscription ($filter: InvocationFilter) { invocationsChanged(filter: $filter) { position } }";
const MISSPELT = { statsIn: [] };

it.each([
  ["off", []],
  ["on", ["on HTTP", "as a literal", "of a subscription"]],
])("names that were perhaps meant are told only while introspection is %s", async (INTROSPECTION, expected) => {
  const rig = await startRig({ "ECS/cn-hangzhou": createPlace([]) }, { INTROSPECTION });
  const subscriber: Subscriber = TRANSPORTS["server-sent events"](rig.url, {
    query: WATCH,
    variables: { filter: MISSPELT },
  });
  try {
    await subscriber.reached(1);
    const address = `${rig.url.replace("/graphql", "/export")}?${new URLSearchParams({ filter: JSON.stringify(MISSPELT) })}`;
    const exported = await fetch(address, { headers: { "apollo-require-preflight": "1" } });
    const answers: Readonly<Record<string, unknown>> = {
      // From the third time on a document is compiled.
      "on HTTP": await Promise.all([1, 2, 3, 4].map(() => rig.ask(QUERY, { filter: MISSPELT }))),
      "as a literal": await rig.ask("{ invocations(filter: { statsIn: [] }) { nodes { invokeId } } }"),
      "of a subscription": subscriber.results,
      "of an export": await exported.json(),
    };
    const told = Object.entries(answers).map(([name, answer]) => [name, JSON.stringify(answer)] as const);
    expect(told.flatMap(([name, text]) => (text.includes("statsIn") ? [] : [name]))).toEqual([]);
    expect(told.flatMap(([name, text]) => (text.includes("statusIn") ? [name] : []))).toEqual(expected);
  } finally {
    await subscriber.leave();
    await rig.stop();
  }
});
