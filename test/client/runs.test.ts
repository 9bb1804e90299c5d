import { afterEach, describe, expect, it, jest } from "@jest/globals";
import { allRuns, type Client, createClient, waitForRun, watchRun } from "cloud-assistant-gateway/client";
import { GraphQLError } from "graphql";
import { connection, createRun, inTurn } from "../cli/rig.ts";
import { type GraphServer, type Root, startGraphServer } from "../support/graph-server.ts";

const running = createRun({ status: "RUNNING", isFinal: false, statusCounts: [{ status: "RUNNING", count: 1 }] });
const SOURCE = {
  provider: "SWAS",
  account: "default",
  regionId: "cn-beijing",
  ok: false,
  asOf: null,
  isComplete: false,
  error: { code: "THROTTLED", message: "Too many calls.", retryable: true },
};

let server: GraphServer;
afterEach(() => server.close());

async function start(root: Root): Promise<Client> {
  server = await startGraphServer(root);
  return createClient({ url: server.url });
}

const collect = async <Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> => {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
};

describe("watching a run", () => {
  it("yields each state that is new, to the final one, through looks that miss it", async () => {
    const client = await start({ node: inTurn([null, running, running, null, null, createRun()]) });
    const states = await collect(watchRun(client, "AXIAid", { intervalMs: 1 }));
    expect(states.map(({ status }) => status)).toEqual(["RUNNING", "SUCCESS"]);
  });

  it("believes a run gone after three looks without it", async () => {
    const client = await start({ node: inTurn([running, null]) });
    await expect(waitForRun(client, "AXIAid", { intervalMs: 1 })).rejects.toMatchObject({ kind: "NOT_FOUND" });
    expect(server.requests).toHaveLength(4);
  });

  it("waits for the final state, or until the time is up, or the caller leaves", async () => {
    const client = await start({ node: inTurn([running, createRun()]) });
    expect(await waitForRun(client, "AXIAid", { intervalMs: 1 })).toMatchObject({ status: "SUCCESS" });
    await server.close();
    const slow = await start({ node: running });
    await expect(waitForRun(slow, "AXIAid", { timeoutMs: 0 })).rejects.toMatchObject({ kind: "TIMEOUT" });
    const caller = new AbortController();
    const states = watchRun(slow, "AXIAid", { signal: caller.signal });
    await states.next();
    caller.abort(new Error("left"));
    await expect(states.next()).rejects.toThrow("left");
  });

  it("ends when the time is up, also while the gateway does not answer", async () => {
    const client = await start({ node: () => new Promise(() => {}) });
    await expect(waitForRun(client, "AXIAid", { timeoutMs: 100 })).rejects.toMatchObject({ kind: "TIMEOUT" });
    const caller = AbortSignal.timeout(100);
    await expect(waitForRun(client, "AXIAid", { signal: caller })).rejects.toMatchObject({ name: "TimeoutError" });
  });

  it.each(["UPSTREAM_THROTTLED", "RATE_LIMITED"])("waits through %s for as long as it has time", async (code) => {
    const throttled = new GraphQLError("The calls of this minute are used up.", {
      extensions: { code, retryable: true },
    });
    const client = await start({ node: inTurn([running, ...Array(9).fill(throttled), createRun()]) });
    expect(await waitForRun(client, "AXIAid", { intervalMs: 1 })).toMatchObject({ status: "SUCCESS" });
    expect(server.requests).toHaveLength(11);
    await server.close();
    const busy = await start({ node: throttled });
    await expect(waitForRun(busy, "AXIAid", { timeoutMs: 0 })).rejects.toMatchObject({ kind: "TIMEOUT" });
  });

  it("ends if the run's source cannot be read any more", async () => {
    const error = { code: "FORBIDDEN", message: "No right.", upstreamCode: null, httpStatus: 403, retryable: false };
    const failing = { ...SOURCE, provider: "ECS", regionId: "cn-hangzhou", error: { ...error, requestId: null } };
    let now = Date.now();
    const look = () => {
      now += 2_000;
      return running;
    };
    const client = await start({ node: look, sources: [failing] });
    const clock = jest.spyOn(Date, "now").mockImplementation(() => now);
    await expect(
      waitForRun(client, "AXIAid", { intervalMs: 1 }).finally(() => clock.mockRestore()),
    ).rejects.toMatchObject({
      kind: "GRAPHQL",
      message: "ECS cn-hangzhou: No right. (UPSTREAM_FORBIDDEN)",
      failures: [{ code: "UPSTREAM_FORBIDDEN" }],
    });
    expect(server.requests).toHaveLength(22);
  });

  it("says why it knows no more when the time is up: its source, any source, or the last look", async () => {
    const failing = { ...SOURCE, error: { ...SOURCE.error, upstreamCode: null, httpStatus: null, requestId: null } };
    const own = { ...failing, provider: "ECS", regionId: "cn-hangzhou", account: "prod" };
    const waitFor = async (root: Root) => {
      const client = await start(root);
      const error = await waitForRun(client, "AXIAid", { timeoutMs: 0 }).catch((reason: unknown) => reason);
      await server.close();
      return error;
    };
    const late = "The time is up and the run is not final.";
    const seen = { node: createRun({ isFinal: false, account: "prod" }), sources: [failing, own] };
    expect(await waitFor(seen)).toMatchObject({
      kind: "TIMEOUT",
      message: `${late} ECS cn-hangzhou prod: Too many calls. (THROTTLED)`,
    });
    expect(await waitFor({ ...seen, node: null, sources: [failing] })).toMatchObject({
      message: `${late} SWAS cn-beijing: Too many calls. (THROTTLED)`,
    });
    const place = { provider: "ECS", account: "default", regionId: "cn-hangzhou" };
    const node = new GraphQLError("No answer.", {
      extensions: { code: "UPSTREAM_TIMEOUT", retryable: true, ...place },
    });
    expect(await waitFor({ node, sources: [] })).toMatchObject({
      message: `${late} ECS cn-hangzhou: No answer. (UPSTREAM_TIMEOUT)`,
    });
  });

  it("ends at once for what will not pass, and for what is no run", async () => {
    const client = await start({ node: inTurn([new Error("No right."), { __typename: "Instance" }]) });
    await expect(waitForRun(client, "AXIAid")).rejects.toMatchObject({ kind: "GRAPHQL" });
    await expect(waitForRun(client, "AXIAid")).rejects.toMatchObject({ kind: "NOT_FOUND" });
    expect(server.requests).toHaveLength(2);
  });
});

describe("all runs", () => {
  const pages = ({ first, after }: { first: number; after: string | null }) =>
    connection(
      Array.from({ length: first }, () => createRun()),
      after === null ? "a" : null,
      after === null ? [SOURCE] : [],
    );

  it("come page after page, up to the limit", async () => {
    const client = await start({ invocations: pages });
    const seen: unknown[] = [];
    const runs = await collect(allRuns(client, { pageSize: 3, onIncomplete: (sources) => seen.push(sources) }));
    const some = await collect(
      allRuns(client, { pageSize: 3, limit: 4, filter: { invokeId: "t-1" }, onIncomplete: () => {} }),
    );
    expect([runs.length, some.length, seen]).toEqual([6, 4, [[SOURCE]]]);
    expect(server.requests.map(({ variables }) => variables)).toEqual([
      { first: 3, after: null },
      { first: 3, after: "a" },
      { first: 3, after: null, filter: { invokeId: "t-1" } },
      { first: 1, after: "a", filter: { invokeId: "t-1" } },
    ]);
  });

  it("say once on standard error of which sources runs may be missing", async () => {
    const told = jest.spyOn(console, "error").mockImplementation(() => {});
    const lacking = ({ after }: { after: string | null }) =>
      connection([createRun()], { a: "b", null: "a" }[String(after)] ?? null, [
        SOURCE,
        { ...SOURCE, regionId: "cn-hangzhou" },
      ]);
    await collect(allRuns(await start({ invocations: lacking }), { pageSize: 1 }));
    const lines = told.mock.calls.flat();
    told.mockRestore();
    expect(lines).toEqual([
      "incomplete: SWAS cn-beijing default: Too many calls.",
      "incomplete: SWAS cn-hangzhou default: Too many calls.",
    ]);
  });
});
