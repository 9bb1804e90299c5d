import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import {
  type GraphQLField,
  type GraphQLNamedType,
  getNamedType,
  isEnumType,
  isInterfaceType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
} from "graphql";

import { createSchema, toGlobalId } from "#graph";
import {
  COMMAND_CANARY,
  type GuardedGateway,
  type MarkedSource,
  OUTPUT_CANARY,
  SOURCES,
  startGuardedGateway,
} from "../support/access.ts";
import { WAYS_IN } from "../support/one-answer.ts";

const schema = createSchema();

/** Draws whole numbers below a bound. */
type Draw = (below: number) => number;

/** Values of the arguments that a question needs, so that it leads somewhere. */
function argumentsOf(field: GraphQLField<unknown, unknown>, at: MarkedSource, draw: Draw): string {
  const [first = ""] = at.invokeIds;
  const source = { provider: at.provider, account: at.account, regionId: at.regionId };
  const run = at.invokeIds[draw(2)] ?? first;
  const ids = [
    toGlobalId({ type: "Invocation", source, invokeId: run }),
    toGlobalId({ type: "InstanceInvocation", source, invokeId: run, instanceId: at.instanceId }),
    toGlobalId({ type: "InvocationResult", source, invokeId: run, instanceId: at.instanceId, execution: null }),
    toGlobalId({ type: "Instance", source, instanceId: at.instanceId }),
  ];
  const words = `provider: ${at.provider}, regionId: "${at.regionId}", account: "${at.account}"`;
  const values: Readonly<Record<string, string>> = {
    provider: at.provider,
    regionId: `"${at.regionId}"`,
    account: `"${at.account}"`,
    invokeId: `"${run}"`,
    instanceId: `"${at.instanceId}"`,
    id: `"${ids[draw(4)]}"`,
    ids: `["${ids[draw(4)]}", "${ids[draw(4)]}"]`,
    filter: `{ ${words}, invokeId: "${run}" }`,
    text: '"canary"',
    by: field.name === "lookup" ? `{ id: "${ids[draw(4)]}" }` : "COMMAND",
  };
  const needed = field.args.filter((argument) => isRequiredArgument(argument) || argument.name === "account");
  if (field.name === "search" || field.name === "searchOutputs") return '(text: "canary")';
  return needed.length === 0 ? "" : `(${needed.map(({ name }) => `${name}: ${values[name]}`).join(", ")})`;
}

/** A random selection below a type; aliases keep fields of different types apart. */
function select(type: GraphQLNamedType, at: MarkedSource, depth: number, draw: Draw): string {
  if (isInterfaceType(type)) {
    const below = schema.getPossibleTypes(type).map((one) => `... on ${one.name} ${select(one, at, depth, draw)}`);
    return `{ __typename ${below.join(" ")} }`;
  }
  if (!isObjectType(type)) return "";
  const fields = Object.values(type.getFields()).flatMap((field) => {
    const below = getNamedType(field.type);
    const isLeaf = isLeafType(below) || isEnumType(below);
    // What is deep is drawn seldom; leaves nearly always.
    if (draw(10) < (isLeaf ? 1 : 5) || (!isLeaf && depth === 0)) return [];
    const alias = `${type.name.slice(0, 14)}_${field.name}`;
    return [`${alias}: ${field.name}${argumentsOf(field, at, draw)} ${select(below, at, depth - 1, draw)}`];
  });
  return `{ __typename ${fields.join(" ")} }`;
}

let gateway: GuardedGateway;
beforeAll(async () => {
  gateway = await startGuardedGateway({}, { LOG_LEVEL: "debug" });
  // Everything is in the shared caches before it is asked for without right.
  const { data } = await gateway.askAs<{ invocations: unknown }>(
    "owner",
    `{ invocations(first: 50) { nodes { parameters command { content } outputGroups { output { text } }
       instanceInvocations { nodes { error { info } result { output { text } } } } } } }`,
  );
  expect(JSON.stringify(data).split(OUTPUT_CANARY).length).toBeGreaterThan(6);
});
afterAll(() => gateway.stop());

const hasCanary = (text: string) => text.includes(OUTPUT_CANARY) || text.includes(COMMAND_CANARY);

function drawFrom(numbers: readonly number[]): Draw {
  let at = 0;
  return (below) => {
    at += 1;
    return Math.floor((numbers[at % numbers.length] ?? 0) * below);
  };
}

describe("a caller who may only see that runs exist", () => {
  it("gets no text of a command and of an output by any question, nor do logs and metrics", async () => {
    let answered = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 97, maxLength: 97 }),
        fc.constantFrom(...SOURCES),
        async (numbers, at) => {
          const query = `query ${select(schema.getQueryType() as GraphQLNamedType, at, 4, drawFrom(numbers))}`;
          const answer = JSON.stringify(await gateway.askAs("viewer", query));
          if (answer.includes('"data"')) answered += 1;
          expect(hasCanary(answer)).toBe(false);
        },
      ),
      { numRuns: 80, seed: 14 },
    );
    expect(answered).toBeGreaterThan(40);
    const metrics = await (
      await fetch(new URL("/metrics", gateway.url), { headers: { authorization: `Bearer ${gateway.keys.viewer}` } })
    ).text();
    expect(metrics).toContain("gateway_upstream_attempts_total");
    expect([hasCanary(metrics), hasCanary(gateway.logLines.join(""))]).toEqual([false, false]);
  });

  it("gets none in events either", async () => {
    const query = `subscription ($id: ID!) { invocationUpdated(id: $id) { parameters command { content description }
      outputGroups { output { text } } instanceInvocations { nodes { error { info } result { output { text base64 } } } } } }`;
    for (const way of ["websocket", "server-sent events"] as const) {
      const { ask, leave } = WAYS_IN[way](gateway.url, `Bearer ${gateway.keys.viewer}`);
      for (const { mark: _mark, invokeIds, instanceId: _server, ...source } of SOURCES) {
        const id = toGlobalId({ type: "Invocation", source, invokeId: invokeIds[0] ?? "" });
        const event = await ask(query, { id });
        expect([event.includes("FORBIDDEN"), hasCanary(event)]).toEqual([true, false]);
      }
      await leave();
    }
  });

  it("is told of each kind once, with the first path, also by a compiled document", async () => {
    const query =
      "{ invocations(first: 3) { nodes { parameters command { content } instanceInvocations { nodes { result { output { text } } } } } } }";
    const told = [];
    for (let time = 0; time < 5; time += 1) {
      const { errors = [] } = await gateway.askAs("viewer", query);
      told.push(errors.map(({ message, path, extensions }) => ({ message, path, extensions })));
    }
    const expected = [
      {
        message: "No role of yours gives `commands` here.",
        path: ["invocations", "nodes", 0, "parameters"],
        extensions: { code: "FORBIDDEN", kind: "commands" },
      },
      {
        message: "No role of yours gives `outputs` here.",
        path: ["invocations", "nodes", 0, "instanceInvocations", "nodes", 0, "result", "output"],
        extensions: { code: "FORBIDDEN", kind: "outputs" },
      },
    ];
    expect(told).toEqual([expected, expected, expected, expected, expected]);
  });

  it("costs no call for what is not given", async () => {
    const fresh = await startGuardedGateway();
    try {
      const query = (fields: string) =>
        `{ invocations(first: 10) { nodes { invokeId instanceInvocations { nodes { result { ${fields} } } } } } }`;
      const bare = await fresh.askAs("viewer", query("id"));
      const { calls } = bare.extensions?.cost ?? { calls: 0 };
      const asked = fresh.emulator.calls.length;
      const masked = await fresh.askAs("viewer", query("id username ossDelivery { uri } output { text }"));
      expect([calls > 0, masked.extensions?.cost.calls, fresh.emulator.calls.length - asked]).toEqual([true, 0, 0]);
    } finally {
      await fresh.stop();
    }
  });
});

describe("an export", () => {
  const exportAs = async (caller: "owner" | "viewer" | "tester" | null, parameters: Record<string, string>) => {
    const headers = {
      "apollo-require-preflight": "1",
      ...(caller === null ? {} : { authorization: `Bearer ${gateway.keys[caller]}` }),
    };
    const response = await fetch(new URL(`/export?${new URLSearchParams(parameters)}`, gateway.url), { headers });
    const text = await response.text();
    const [error] = response.ok ? [] : (JSON.parse(text) as { errors: { extensions: { code: string } }[] }).errors;
    return { status: response.status, code: error?.extensions.code ?? null, text };
  };
  const id = toGlobalId({ type: "Invocation", source: sourceOf(SOURCES[0]), invokeId: "t-crimson-1" });

  it("of outputs goes to those alone who may have them, and a run of others is as one that is gone", async () => {
    const answers = [];
    for (const caller of ["owner", "viewer", "tester", null] as const) {
      const { status, code, text } = await exportAs(caller, { id });
      answers.push([status, code, text.includes(OUTPUT_CANARY)]);
    }
    expect(answers).toEqual([
      [200, null, true],
      [403, "FORBIDDEN", false],
      [404, "NOT_FOUND", false],
      [401, "UNAUTHENTICATED", false],
    ]);
  });

  it("of a list holds the caller's rows alone, and no text of a command or an output", async () => {
    const rows = async (caller: "owner" | "viewer" | "tester") =>
      (await exportAs(caller, { filter: "{}" })).text
        .trimEnd()
        .split("\n")
        .map((line) => (JSON.parse(line) as { invokeId: string }).invokeId)
        .sort();
    const own = ["t-5a5a-1", "t-5a5a-2", "t-violet-1", "t-violet-2"];
    const all = [...own, "t-crimson-1", "t-crimson-2", "t-crimson-3"].sort();
    expect([await rows("owner"), await rows("viewer"), await rows("tester")]).toEqual([all, all, own]);
    expect((await exportAs("viewer", { filter: "{}" })).text).not.toMatch(/canary/);
  });
});

describe("a router of a federation", () => {
  it("gets by entities what its caller may see", async () => {
    const subgraph = await startGuardedGateway({}, { FEDERATION: "on" });
    try {
      const id = toGlobalId({ type: "Invocation", source: sourceOf(SOURCES[0]), invokeId: "t-crimson-1" });
      const query = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Invocation { command { name content } } } }`;
      const variables = { of: [{ __typename: "Invocation", id }] };
      const answers = [];
      for (const caller of ["owner", "viewer", "tester", "auditor"] as const) {
        const { data, errors } = await subgraph.askAs(caller, query, variables);
        answers.push([data, errors?.map(({ extensions }) => (extensions as { code?: unknown }).code)]);
      }
      const content = `echo ${COMMAND_CANARY} crimson`;
      expect(answers).toEqual([
        [{ _entities: [{ command: { name: "deploy-crimson", content } }] }, undefined],
        [{ _entities: [{ command: { name: "deploy-crimson", content: null } }] }, ["FORBIDDEN"]],
        [{ _entities: [null] }, undefined],
        [{ _entities: [null] }, undefined],
      ]);
    } finally {
      await subgraph.stop();
    }
  });
});

describe("callers who ask at the same time", () => {
  it("get, in every order, what each of them gets alone", async () => {
    const queries = [
      "{ invocations(first: 10) { totalCount nodes { invokeId parameters outputGroups { output { text } } } sources { regionId } } }",
      `{ node(id: "${toGlobalId({ type: "Invocation", source: sourceOf(SOURCES[0]), invokeId: "t-crimson-1" })}") { id
         ... on Invocation { command { name content } instanceInvocations { nodes { result { output { text } } } } } } }`,
      "{ sources { account } viewer { name may } }",
    ];
    const callers = ["owner", "tester", "viewer", "auditor"] as const;
    const cases = callers.flatMap((caller) => queries.map((query) => ({ caller, query })));
    const ask = async ({ caller, query }: (typeof cases)[number]) => {
      const { data, errors } = await gateway.askAs(caller, query);
      return JSON.stringify([data, errors]);
    };
    const alone = await Promise.all(cases.map(ask));
    let order = 1;
    const crossed: string[] = [];
    for (let round = 0; round < 50; round += 1) {
      const drawn = Array.from({ length: 40 }, () => {
        order = (order * 48_271) % 2_147_483_647;
        return order % cases.length;
      });
      const answers = await Promise.all(drawn.map((index) => ask(cases[index] as (typeof cases)[number])));
      answers.forEach((answer, at) => {
        if (answer !== alone[drawn[at] ?? 0]) crossed.push(answer.slice(0, 300));
      });
    }
    expect(crossed).toEqual([]);
    expect(new Set(alone).size).toBeGreaterThan(8);
  });
});

function sourceOf(marked: MarkedSource | undefined) {
  if (marked === undefined) throw new Error("The world has no source.");
  return { provider: marked.provider, account: marked.account, regionId: marked.regionId };
}
