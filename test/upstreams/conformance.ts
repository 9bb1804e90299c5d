import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { InvocationResult } from "#domain";
import type { InvocationInput } from "#emulator";
import { type FarEnd, startFarEnd } from "./far-end.ts";
import { EVERYTHING, instanceInvocation, invocation, NOTHING, output, result } from "./stub.ts";

/** What differs between the products where the contract is the same. */
export interface Product {
  readonly provider: "ECS" | "SWAS";
  /** Id of the instance of this number. */
  instanceId(number: number): string;
  /** What the records of this product say beyond what both say. */
  readonly runExtras: object;
  readonly instanceExtras: object;
  readonly resultExtras: object;
  readonly agentExtras: object;
  readonly droppedBytes: number | null;
  /** How the calls for the things below look. */
  readonly calls: {
    readonly firstPage: string;
    readonly secondPage: string;
    readonly byInstance: string;
    readonly byStatus: string;
    readonly run: (invokeId: string) => string;
    readonly runWithOutput: (invokeId: string) => string;
    readonly results: (invokeId: string) => readonly string[];
    readonly instanceResults: (instanceId: string) => string;
    readonly servers: (ids: readonly string[]) => string;
  };
}

const CREATED = "2026-01-02T03:00:00.000Z";
const STARTED = "2026-01-02T03:00:01.000Z";
const FINISHED = "2026-01-02T03:00:03.000Z";

/** What every adapter must do, over real HTTP against the emulator. */
export function describeUpstream(product: Product): void {
  const { provider, calls } = product;
  const [first, second] = [product.instanceId(1), product.instanceId(2)];
  let end: FarEnd;

  async function start(invocations: readonly InvocationInput[], instances: readonly string[] = []) {
    end = await startFarEnd(provider, { invocations, instances });
    return end;
  }

  beforeEach(() => start([]));
  afterEach(() => end.close());

  /** Replaces the empty world of `beforeEach`. */
  async function restart(invocations: readonly InvocationInput[], instances: readonly string[] = []) {
    await end.close();
    return start(invocations, instances);
  }

  async function openOnly(query = {}, wants = NOTHING) {
    const lists = await end.upstream.openLists(query, wants, end.operation);
    expect(lists).toHaveLength(1);
    const [list] = lists;
    if (list === undefined) throw new Error("no list");
    return list;
  }

  const PLAIN_RUN: InvocationInput = {
    invokeId: "t-1",
    commandId: "c-1",
    commandName: "demo",
    content: "echo 你好\n",
    creationTime: CREATED,
    instances: [first, { instanceId: second, status: "Failed", exitCode: 2, output: "no\n", errorInfo: "it failed" }],
  };

  function plainResults(): readonly InvocationResult[] {
    const common = { commandId: "c-1", startTime: STARTED, finishTime: FINISHED, username: "root" };
    return [
      result(end.source, "t-1", first, {
        ...common,
        status: "SUCCESS",
        rawStatus: "Success",
        exitCode: 0,
        output: output("ok\n", product.droppedBytes),
        ...product.resultExtras,
      }),
      result(end.source, "t-1", second, {
        ...common,
        status: "FAILED",
        rawStatus: "Failed",
        exitCode: 2,
        error: { code: "ExitCodeNonzero", info: "it failed" },
        output: output("no\n", product.droppedBytes),
        ...product.resultExtras,
      }),
    ];
  }

  function plainRun() {
    return invocation(end.source, "t-1", {
      command: {
        commandId: "c-1",
        name: "demo",
        description: null,
        type: "RUN_SHELL_SCRIPT",
        content: Buffer.from("echo 你好\n"),
      },
      status: "PARTIAL_FAILED",
      rawStatus: "PartialFailed",
      creationTime: CREATED,
      timeoutSeconds: 60,
      username: "root",
      workingDir: "/root",
      ...product.runExtras,
      instances: plainResults().map(({ execution: _execution, ...rest }) =>
        instanceInvocation(end.source, "t-1", rest.instanceId, {
          ...rest,
          creationTime: CREATED,
          ...product.instanceExtras,
        }),
      ),
    });
  }

  describe("one run", () => {
    it("comes with its instances, outputs and script in one call", async () => {
      await restart([PLAIN_RUN]);
      expect(await end.upstream.readInvocation("t-1", EVERYTHING, end.operation)).toEqual(plainRun());
      expect(end.takeCalls()).toEqual([calls.runWithOutput("t-1")]);
    });

    it("is null where the upstream does not know it", async () => {
      expect(await end.upstream.readInvocation("t-9", NOTHING, end.operation)).toBeNull();
      expect(end.takeCalls()).toEqual([calls.run("t-9")]);
    });

    it("is still running: no exit code, and what it printed so far", async () => {
      await restart([
        { invokeId: "t-1", instances: [{ instanceId: first, status: "Running", exitCode: 0, output: "step 1\n" }] },
      ]);
      const run = await end.upstream.readInvocation("t-1", EVERYTHING, end.operation);
      expect(run).toMatchObject({
        status: "RUNNING",
        instances: [
          { status: "RUNNING", exitCode: null, finishTime: null, output: output("step 1\n", product.droppedBytes) },
        ],
      });
    });
  });

  describe("a list", () => {
    const many = Array.from({ length: 120 }, (_, index) => ({ invokeId: `t-${String(index).padStart(3, "0")}` }));

    it("is read page by page, newest first, with places and total", async () => {
      await restart(many);
      const list = await openOnly();
      const one = await list.read({ pageNumber: 1, pageSize: 50 }, end.operation);
      const three = await list.read({ pageNumber: 3, pageSize: 50 }, end.operation);
      expect(
        [one, three].map(({ items, ...rest }) => ({ ...rest, ids: [items[0]?.invokeId, items.at(-1)?.invokeId] })),
      ).toEqual([
        { offset: 0, pageSize: 50, totalCount: 120, unreadableCount: 0, ids: ["t-000", "t-049"] },
        { offset: 100, pageSize: 50, totalCount: 120, unreadableCount: 0, ids: ["t-100", "t-119"] },
      ]);
      expect(list.isExact).toBe(true);
      expect(end.takeCalls()).toEqual([calls.firstPage, calls.firstPage.replace("PageNumber=1", "PageNumber=3")]);
    });

    it("is empty behind its end", async () => {
      await restart(many.slice(0, 3));
      const list = await openOnly();
      await list.read({ pageNumber: 1, pageSize: 50 }, end.operation);
      const behind = await list.read({ pageNumber: 2, pageSize: 50 }, end.operation);
      expect(behind).toEqual({ items: [], offset: 50, pageSize: 50, totalCount: 3, unreadableCount: 0 });
    });

    it("is read in the pages that the upstream allows, where it cuts them without a word", async () => {
      await restart(many);
      end.emulator.setDrift({ clampPageSizeTo: 20 });
      const list = await openOnly();
      await list.read({ pageNumber: 1, pageSize: 50 }, end.operation);
      const { items, ...second } = await list.read({ pageNumber: 2, pageSize: 50 }, end.operation);
      expect(second).toEqual({ offset: 40, pageSize: 20, totalCount: 120, unreadableCount: 0 });
      expect(items[10]?.invokeId).toBe("t-050");
    });

    it("is asked for in pages of 20 where larger ones are refused", async () => {
      await restart(many);
      end.emulator.setDrift({ refusePageSizeAbove: 20 });
      const list = await openOnly();
      const { items, ...rest } = await list.read({ pageNumber: 1, pageSize: 50 }, end.operation);
      expect([items.length, rest]).toEqual([20, { offset: 0, pageSize: 20, totalCount: 120, unreadableCount: 0 }]);
      await list.read({ pageNumber: 2, pageSize: 20 }, end.operation);
      expect(end.takeCalls()).toEqual([
        calls.firstPage,
        calls.firstPage.replace("PageSize=50", "PageSize=20"),
        calls.firstPage.replace("PageSize=50", "PageSize=20").replace("PageNumber=1", "PageNumber=2"),
      ]);
    });

    it("of one instance is filtered by the upstream", async () => {
      await restart([
        { invokeId: "t-1", instances: [second] },
        { invokeId: "t-2", instances: [first] },
      ]);
      const list = await openOnly({ instanceId: first });
      const { items } = await list.read({ pageNumber: 1, pageSize: 50 }, end.operation);
      expect(items.map(({ invokeId }) => invokeId)).toEqual(["t-2"]);
      expect(end.takeCalls()).toEqual([calls.byInstance.replace("{}", first)]);
    });

    it("of one status is filtered by the upstream", async () => {
      await restart([{ invokeId: "t-1" }, { invokeId: "t-2", instances: [{ status: "Running" }] }]);
      const list = await openOnly({ statusIn: ["SUCCESS"] });
      const { items } = await list.read({ pageNumber: 1, pageSize: 50 }, end.operation);
      expect([list.isExact, items.map(({ invokeId }) => invokeId)]).toEqual([true, ["t-1"]]);
      expect(end.takeCalls()).toEqual([calls.byStatus]);
    });

    it("is not exact where the upstream leaves a part of the query to others", async () => {
      const queries = [
        { createdAfter: CREATED },
        { createdBefore: CREATED },
        { statusIn: ["SUCCESS", "FAILED"] },
        { statusIn: [] },
        { statusIn: ["UNKNOWN"] },
        { instanceId: first, commandName: "demo" },
        { instanceId: first, statusIn: ["FINISHED"] },
        { commandType: "UNKNOWN" },
      ];
      const lists = await Promise.all(queries.map((query) => openOnly(query)));
      expect(lists.map(({ isExact }) => isExact)).toEqual(queries.map(() => false));
    });
  });

  describe("results", () => {
    it("of all instances of a run come in one call", async () => {
      await restart([PLAIN_RUN]);
      const query = { invokeId: "t-1", includeHistory: false };
      expect(await end.upstream.readResults(query, EVERYTHING, end.operation)).toEqual(plainResults());
      expect(end.takeCalls()).toEqual(calls.results("t-1"));
    });

    it("of no instance cost no call", async () => {
      await restart([PLAIN_RUN]);
      const query = { invokeId: "t-1", instanceIds: [], includeHistory: false };
      expect([await end.upstream.readResults(query, EVERYTHING, end.operation), end.takeCalls()]).toEqual([[], []]);
    });

    it("of a run that is gone are none", async () => {
      const query = { invokeId: "t-9", includeHistory: false };
      expect(await end.upstream.readResults(query, EVERYTHING, end.operation)).toEqual([]);
    });

    it("of the newest runs on one instance come in one call", async () => {
      await restart([
        { invokeId: "t-2", instances: [first] },
        { invokeId: "t-1", instances: [second, first] },
      ]);
      const results = await end.upstream.readInstanceResults(first, EVERYTHING, end.operation);
      expect(results?.map(({ invokeId, instanceId }) => [invokeId, instanceId])).toEqual([
        ["t-2", first],
        ["t-1", first],
      ]);
      expect(end.takeCalls()).toEqual([calls.instanceResults(first)]);
    });

    it("keep every byte: GBK from Windows, NUL and broken UTF-8", async () => {
      const bytes = Uint8Array.from([0xd6, 0xd0, 0xce, 0xc4, 0x00, 0x1b, 0x5b, 0x31, 0x6d, 0x0d, 0x0a, 0xe4, 0xb8]);
      await end.close();
      end = await startFarEnd(provider, {
        outputEncoding: "base64",
        invocations: [{ invokeId: "t-1", instances: [{ instanceId: first, output: bytes }] }],
      });
      const query = { invokeId: "t-1", includeHistory: false };
      const results = await end.upstream.readResults(query, EVERYTHING, end.operation);
      expect(results.map((each) => each.output)).toEqual([output(bytes, product.droppedBytes)]);
    });
  });

  describe("servers", () => {
    it("come by id, unknown ones are missing", async () => {
      await restart([], [first, second]);
      const servers = await end.upstream.readInstances([second, first, product.instanceId(9)], end.operation);
      const expected = [first, second].map((instanceId) => ({
        source: end.source,
        instanceId,
        name: instanceId,
        osType: "linux",
        osName: expect.any(String),
        status: "Running",
        privateIpAddresses: ["172.16.0.10"],
        publicIpAddresses: ["203.0.113.10"],
      }));
      expect([...servers].sort((a, b) => (a.instanceId < b.instanceId ? -1 : 1))).toEqual(expected);
      expect(end.takeCalls()).toEqual([calls.servers([second, first, product.instanceId(9)])]);
    });

    it("are missing where none is known", async () => {
      expect(await end.upstream.readInstances([product.instanceId(9)], end.operation)).toEqual([]);
    });

    it("come 100 a call", async () => {
      const ids = Array.from({ length: 230 }, (_, index) => product.instanceId(index + 1));
      await restart([], ids);
      const servers = await end.upstream.readInstances(ids, end.operation);
      expect([servers.length, end.takeCalls().length]).toEqual([230, 3]);
    });
  });

  describe("agents", () => {
    it("come by the ids of their servers, 50 a call, unknown ones are missing", async () => {
      const ids = Array.from({ length: 60 }, (_, index) => product.instanceId(index + 1));
      await end.close();
      const offline = { instanceId: first, agentOnline: false };
      end = await startFarEnd(provider, { instances: [offline, ...ids.slice(1)] });
      const agents = (await end.upstream.readAgentStates?.([...ids, product.instanceId(99)], end.operation)) ?? [];
      expect(agents.map(({ instanceId, isReady }) => [instanceId, isReady]).sort()).toEqual(
        ids.map((instanceId) => [instanceId, instanceId !== first]),
      );
      expect(agents[0]).toEqual({ source: end.source, instanceId: first, isReady: false, ...product.agentExtras });
      expect(end.takeCalls().length).toBeLessThanOrEqual(10);
    });
  });

  it("gives what the upstream refuses as an UpstreamError with its code and request id", async () => {
    end.emulator.setFaults([{ fault: { kind: "error", code: "Throttling.User" } }]);
    const error = {
      name: "UpstreamError",
      code: "THROTTLED",
      upstreamCode: "Throttling.User",
      requestId: expect.any(String),
    };
    const operation = { ...end.operation, deadline: end.clock.now() + 100 };
    await expect(end.upstream.readInvocation("t-1", NOTHING, operation)).rejects.toMatchObject(error);
  });

  it("gives an answer that cannot be understood as a bad response", async () => {
    end.emulator.setFaults([
      { fault: { kind: "answer", body: '{"RequestId":"R-9","Invocations":7,"CommandInvocations":7}' } },
    ]);
    const error = { name: "UpstreamError", code: "BAD_RESPONSE", requestId: "R-9", source: end.source };
    await expect(end.upstream.readInvocation("t-1", NOTHING, end.operation)).rejects.toMatchObject(error);
  });
}
