import { describe, expect, it } from "@jest/globals";

import type { InvocationResult } from "#domain";
import { ask, pageOf, stubServices } from "./ask.ts";
import { anInstanceInvocation, anInvocation, aResult, ecs } from "./records.ts";

const IDS = ["i-1", "i-2", "i-3", "i-4", "i-5"];

function runOn(instanceIds: readonly string[], invokeId = "t-1") {
  const instances = instanceIds.map((instanceId) =>
    anInstanceInvocation({ invokeId, instanceId, status: instanceId === "i-2" ? "FAILED" : "SUCCESS" }),
  );
  return stubServices({ pageInvocations: async () => pageOf([anInvocation({ invokeId, instances })]) });
}

interface Connection {
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly instanceId: string } }[];
  readonly pageInfo: object;
  readonly totalCount: number | null;
}

async function page(asked: ReturnType<typeof stubServices>, args: string): Promise<Connection | string | undefined> {
  const fields =
    "edges { cursor node { instanceId } } totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }";
  const { data, errors } = await ask(asked, `{ invocations { nodes { instanceInvocations${args} { ${fields} } } } }`);
  if (errors !== undefined) return errors[0]?.code;
  const answer = data as { invocations: { nodes: { instanceInvocations: Connection }[] } };
  return answer.invocations.nodes[0]?.instanceInvocations;
}

async function rows(asked: ReturnType<typeof stubServices>, args: string): Promise<Connection> {
  const connection = await page(asked, args);
  if (connection === undefined || typeof connection === "string") throw new Error(`refused: ${connection}`);
  return connection;
}

function idsOf(connection: Connection): string[] {
  return connection.edges.map(({ node }) => node.instanceId);
}

describe("the instances of a run", () => {
  it("come by instance id, whatever the order of the upstream", async () => {
    const connection = await rows(runOn(["i-3", "i-10", "i-1"]), "");
    expect(idsOf(connection)).toEqual(["i-1", "i-10", "i-3"]);
    expect({ ...connection, edges: [] }).toEqual({
      edges: [],
      totalCount: 3,
      pageInfo: {
        hasNextPage: false,
        hasPreviousPage: false,
        startCursor: connection.edges[0]?.cursor,
        endCursor: connection.edges[2]?.cursor,
      },
    });
  });

  it("can be walked forwards, each exactly once", async () => {
    const asked = runOn(IDS);
    const first = await rows(asked, "(first: 2)");
    const second = await rows(asked, `(first: 2, after: "${first.edges[1]?.cursor}")`);
    const third = await rows(asked, `(first: 2, after: "${second.edges[1]?.cursor}")`);
    expect([first, second, third].map(idsOf)).toEqual([["i-1", "i-2"], ["i-3", "i-4"], ["i-5"]]);
    expect([first, second, third].map(({ pageInfo }) => pageInfo)).toEqual([
      expect.objectContaining({ hasNextPage: true, hasPreviousPage: false }),
      expect.objectContaining({ hasNextPage: true, hasPreviousPage: true }),
      expect.objectContaining({ hasNextPage: false, hasPreviousPage: true }),
    ]);
  });

  it("can be walked backwards", async () => {
    const asked = runOn(IDS);
    const last = await rows(asked, "(last: 2)");
    const earlier = await rows(asked, `(last: 2, before: "${last.edges[0]?.cursor}")`);
    const first = await rows(asked, `(last: 2, before: "${earlier.edges[0]?.cursor}")`);
    expect([last, earlier, first].map(idsOf)).toEqual([["i-4", "i-5"], ["i-2", "i-3"], ["i-1"]]);
    expect([last, earlier, first].map(({ pageInfo }) => pageInfo)).toEqual([
      expect.objectContaining({ hasNextPage: false, hasPreviousPage: true }),
      expect.objectContaining({ hasNextPage: true, hasPreviousPage: true }),
      expect.objectContaining({ hasNextPage: true, hasPreviousPage: false }),
    ]);
  });

  it("go on at the right place where the row of the cursor has vanished", async () => {
    const { edges } = await rows(runOn(IDS), "(first: 2)");
    expect(idsOf(await rows(runOn(["i-1", "i-3", "i-4"]), `(first: 1, after: "${edges[1]?.cursor}")`))).toEqual([
      "i-3",
    ]);
  });

  it("are an empty page that knows whether more follow with first: 0", async () => {
    expect(await page(runOn(IDS), "(first: 0)")).toEqual({
      edges: [],
      totalCount: 5,
      pageInfo: { hasNextPage: true, hasPreviousPage: false, startCursor: null, endCursor: null },
    });
  });

  it("are filtered and counted by state, and an empty list matches none", async () => {
    expect(idsOf(await rows(runOn(IDS), "(statusIn: [FAILED, ERROR])"))).toEqual(["i-2"]);
    expect(await rows(runOn(IDS), "(statusIn: [])")).toEqual(expect.objectContaining({ edges: [], totalCount: 0 }));
  });

  it.each([
    ["(first: -1)"],
    ["(first: 101)"],
    ["(last: 101)"],
    ["(first: 1, last: 1)"],
    [`(first: 1, before: "x")`],
    [`(last: 1, after: "x")`],
    [`(after: "x", before: "y")`],
  ])("are refused with %s", async (args) => {
    expect(await page(runOn(IDS), args)).toBe("BAD_USER_INPUT");
  });

  it("refuse the cursor of another run, of another filter, a damaged and an empty one", async () => {
    const { edges } = await rows(runOn(IDS), "(first: 1)");
    const cursor = edges[0]?.cursor ?? "";
    const answers = [
      await page(runOn(IDS, "t-2"), `(first: 1, after: "${cursor}")`),
      await page(runOn(IDS), `(first: 1, after: "${cursor}", statusIn: [SUCCESS])`),
      await page(runOn(IDS), `(first: 1, after: "x${cursor}")`),
      await page(runOn(IDS), `(first: 1, after: "")`),
      await page(runOn(IDS), `(last: 1, before: "")`),
    ];
    expect(answers).toEqual(answers.map(() => "INVALID_CURSOR"));
  });
});

describe("the history of a repeated command", () => {
  const at = (hour: number, execution: string | null): InvocationResult =>
    aResult({ startTime: `2026-01-02T0${hour}:00:00.000Z`, execution, repeats: hour });
  const run = anInvocation();

  function history(results: readonly InvocationResult[]) {
    return stubServices({
      readInvocations: async () => [run],
      readHistories: async () => [{ all: results, isWhole: true }],
    });
  }

  async function turn(asked: ReturnType<typeof stubServices>, args: string, fields: string): Promise<unknown> {
    const { data, errors } = await ask(
      asked,
      `{ invocation(provider: ECS, regionId: "cn-hangzhou", invokeId: "t-1") {
        instanceInvocations { nodes { history${args} { ${fields} } } } } }`,
    );
    type Answer = { invocation: { instanceInvocations: { nodes: { history: unknown }[] } } };
    return errors?.[0]?.code ?? (data as Answer).invocation.instanceInvocations.nodes[0]?.history;
  }

  it("comes newest first, with its source, and is read without what is not selected", async () => {
    const asked = history([at(3, null), at(2, "b"), at(1, "a")]);
    expect(await turn(asked, "", "totalCount nodes { repeats } sources { regionId ok }")).toEqual({
      totalCount: 3,
      nodes: [{ repeats: 3 }, { repeats: 2 }, { repeats: 1 }],
      sources: [{ regionId: "cn-hangzhou", ok: true }],
    });
    const projection = { output: false, content: false };
    expect(asked.calls[1]).toEqual([
      "readHistories",
      [{ source: ecs, invokeId: "t-1", instanceId: "i-1", projection }],
      projection,
    ]);
  });

  it("is read with outputs where they are selected", async () => {
    const asked = history([at(1, null)]);
    expect(await turn(asked, "", "edges { node { output { text } } }")).toEqual({
      edges: [{ node: { output: { text: "ok\n" } } }],
    });
    expect(asked.calls[1]?.[2]).toEqual({ output: true, content: false });
  });

  it("goes on behind a row that was the latest when it was read and is not any more", async () => {
    const before = history([at(3, null), at(2, "b"), at(1, "a")]);
    const first = (await turn(before, "(first: 1)", "pageInfo { endCursor }")) as { pageInfo: { endCursor: string } };
    const after = history([at(4, null), at(3, "c"), at(2, "b"), at(1, "a")]);
    expect(await turn(after, `(first: 2, after: "${first.pageInfo.endCursor}")`, "nodes { repeats }")).toEqual({
      nodes: [{ repeats: 2 }, { repeats: 1 }],
    });
  });

  it("goes on behind a row whose name has changed since, or that has vanished", async () => {
    const waiting = { ...at(3, "r3"), startTime: null };
    const cursorOf = async (results: readonly InvocationResult[]): Promise<string> => {
      const first = await turn(history(results), "(first: 1)", "pageInfo { endCursor }");
      return (first as { pageInfo: { endCursor: string } }).pageInfo.endCursor;
    };
    const named = await cursorOf([at(3, "s3"), at(2, "s2")]);
    const bare = await cursorOf([waiting, at(2, "s2")]);
    const behind = [
      await turn(
        history([at(4, "s4"), at(2, "s2"), at(1, "s1")]),
        `(first: 1, after: "${named}")`,
        "nodes { repeats }",
      ),
      await turn(history([at(4, "s4"), at(2, "s2"), at(1, "s1")]), `(first: 1, after: "${bare}")`, "nodes { repeats }"),
      await turn(history([at(4, "s4")]), `(first: 1, after: "${named}")`, "nodes { repeats }"),
      await turn(history([at(4, "s4"), waiting, at(2, "s2")]), `(last: 5, before: "${bare}")`, "nodes { repeats }"),
    ];
    expect(behind).toEqual([
      { nodes: [{ repeats: 2 }] },
      { nodes: [{ repeats: 2 }] },
      { nodes: [] },
      { nodes: [{ repeats: 4 }] },
    ]);
  });

  it("is refused before anything is read where its arguments are bad", async () => {
    const asked = history([]);
    expect([
      await turn(asked, "(first: 101)", "totalCount"),
      await turn(asked, `(first: 1, after: "x")`, "totalCount"),
    ]).toEqual(["BAD_USER_INPUT", "INVALID_CURSOR"]);
    expect(asked.calls.map(([method]) => method)).toEqual(["readInvocations", "readInvocations"]);
  });
});
