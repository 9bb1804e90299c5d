import { describe, expect, it } from "@jest/globals";
import { InputError } from "#domain";
import { DeadPlaceError } from "#upstreams";
import { startUpstream } from "./running-upstream.ts";
import { type Bench, createBench, NOTHING, type Respond, refusal } from "./stub.ts";
import { idsOf, readToEnd } from "./walk-list.ts";

const RUNS = Array.from({ length: 120 }, (_, index) => ({ InvokeId: `t-${String(index).padStart(3, "0")}` }));
const IDS = RUNS.map(({ InvokeId }) => InvokeId);

/** The list of an instance's runs. */
async function openList(respond: Respond) {
  const bench = createBench("ECS", respond);
  const [list] = await bench.upstream.openLists({ instanceId: "i-1" }, NOTHING, bench.operation);
  if (list === undefined) throw new Error("no list");
  return { bench, list, read: () => readToEnd(list, bench.operation) };
}

const answer = (runs: readonly object[], rest: object) => ({ Invocations: { Invocation: runs }, ...rest });

describe("a list that contradicts itself says so after a few calls, and ends", () => {
  it.each<readonly [string, Respond, RegExp, number]>([
    [
      "one record of ten, whatever is asked for, as in the vendor's sample",
      () => answer(RUNS.slice(0, 1), { TotalCount: 10, PageNumber: 1, PageSize: 1 }),
      /Page 2 of the list is page 1 again/,
      3,
    ],
    [
      "page numbers ignored, no token",
      () => answer(RUNS.slice(0, 10), { TotalCount: 120, PageNumber: 1, PageSize: 10 }),
      /Page 2 of the list is page 1 again/,
      3,
    ],
    [
      "page numbers ignored, sizes obeyed, no total",
      (_action, { PageSize }) => answer(RUNS.slice(0, Number(PageSize)), {}),
      /Page 2 of the list is page 1 again/,
      3,
    ],
    ["the same token again", () => answer(RUNS.slice(0, 10), { NextToken: "same" }), /go round in a circle/, 2],
    [
      "empty answers with ever new tokens",
      (_action, { NextToken }) => answer([], { NextToken: `${NextToken ?? ""}x` }),
      /goes on without any record/,
      10,
    ],
    [
      "the first answer again behind its token, as the last one",
      (_action, { NextToken }) => answer(RUNS.slice(0, 50), { NextToken: NextToken === undefined ? "2" : "" }),
      /nothing but what lies before/,
      2,
    ],
    [
      "the first answer again behind ever new tokens",
      (_action, { NextToken }) => answer(RUNS.slice(0, 50), { NextToken: `${NextToken ?? ""}x` }),
      /nothing but what lies before/,
      10,
    ],
    [
      "pages refused, no token, and a total beyond what is shown",
      (_action, { PageNumber, MaxResults }) => {
        if (PageNumber !== undefined) throw refusal("BAD_REQUEST", "InvalidParam.PageNumber");
        return answer(RUNS.slice(0, Number(MaxResults)), { TotalCount: 120 });
      },
      /tells of more records than it shows/,
      4,
    ],
  ])("%s", async (_name, respond, message, most) => {
    const { bench, read } = await openList(respond);
    expect((await read()).at(-1)).toMatchObject({ flaw: expect.stringMatching(message), next: null });
    expect(bench.asked.length).toBeLessThanOrEqual(most);
  });

  it.each([2, 3, 5, 13])("%d tokens in a circle", async (length) => {
    let call = 0;
    const { bench, read } = await openList(() => {
      call += 1;
      return answer(RUNS.slice(0, 10), { NextToken: `token-${call % length}` });
    });
    const flaw = expect.stringMatching(/in a circle|nothing but what lies before/);
    expect((await read()).at(-1)).toMatchObject({ flaw, next: null });
    expect(bench.asked.length).toBeLessThanOrEqual(3 * length + 3);
  });
});

/** In pages alone; refuses the first request for one. */
function pagesOnceRefused(page: (records: readonly object[], rest: object) => object, records: readonly object[]) {
  let isRefused = false;
  return (_action: string, { PageNumber, PageSize }: Readonly<Record<string, unknown>>): object => {
    if (PageNumber !== undefined && !isRefused) {
      isRefused = true;
      throw refusal("BAD_REQUEST", "InvalidParam.PageNumber");
    }
    const [number, size] = [Number(PageNumber ?? 1), Number(PageSize ?? 10)];
    return page(records.slice((number - 1) * size, number * size), { TotalCount: records.length, PageNumber: number });
  };
}

describe("a list that is odd and right", () => {
  it("may refuse a page once, and know nothing else", async () => {
    const { bench, read } = await openList(pagesOnceRefused(answer, RUNS));
    expect(idsOf(await read())).toEqual(IDS);
    // Refused, cut, and three pages.
    expect(bench.asked.length).toBe(5);
  });

  it("may move on by a whole page between two answers", async () => {
    let runs = RUNS;
    const { bench, read } = await openList((_action, { PageNumber, PageSize }) => {
      const start = (Number(PageNumber) - 1) * Number(PageSize);
      const page = answer(runs.slice(start, start + Number(PageSize)), {
        TotalCount: runs.length,
        PageNumber,
        PageSize,
      });
      const news = Array.from({ length: 49 }, (_, index) => ({ InvokeId: `t-new-${runs.length + index}` }));
      if (runs.length === 120) runs = [...news, ...runs];
      return page;
    });
    expect(idsOf(await read()).filter((invokeId) => IDS.includes(invokeId))).toEqual(IDS);
    expect(bench.asked.length).toBeLessThanOrEqual(7);
  });

  const many = Array.from({ length: 300 }, (_, index) => ({ InvokeId: `t-${String(index).padStart(3, "0")}` }));
  const results = many.map(({ InvokeId }, index) => ({ InvokeId: "t-1", InstanceId: `i-${InvokeId}`, Repeats: index }));
  /** Goes by the token alone, and tells the page number that was asked for, and how many records there are. */
  const byToken = (records: readonly object[], { NextToken, MaxResults, PageNumber }: Record<string, unknown>) => {
    const start = Number(NextToken ?? 0);
    const end = start + Number(MaxResults);
    const part = { TotalCount: records.length, PageNumber, PageSize: MaxResults };
    return [records.slice(start, end), { ...part, NextToken: end < records.length ? String(end) : "" }] as const;
  };

  it.each([50, 51, 98, 99, 100, 101, 149, 150, 197, 299, 300])(
    "tells in token mode, too, which page was asked for, and of how many runs: %d",
    async (count) => {
      const runs = many.slice(0, count);
      const { bench, read } = await openList((_action, sent) => answer(...byToken(runs, sent)));
      expect(idsOf(await read())).toEqual(runs.map(({ InvokeId }) => InvokeId));
      expect(bench.asked.length).toBe(Math.ceil(count / 50));
    },
  );

  it("may refuse a page of results once, too", async () => {
    const records = results.slice(0, 130);
    const toAnswer = (part: readonly object[], rest: object) => ({
      Invocation: { InvocationResults: { InvocationResult: part }, ...rest },
    });
    const bench = createBench("ECS", pagesOnceRefused(toAnswer, records));
    const asked = { invokeId: "t-1", includeHistory: false };
    const found = await bench.upstream.readResults(asked, NOTHING, bench.operation);
    expect(found.map(({ instanceId }) => instanceId)).toEqual(records.map(({ InstanceId }) => InstanceId));
    expect(bench.asked.length).toBe(5);
  });

  it.each([50, 51, 98, 99, 100, 101, 149, 150])("tells so of %d results, too", async (count) => {
    const records = results.slice(0, count);
    const bench = createBench("ECS", (_action, sent) => {
      const [part, rest] = byToken(records, sent);
      return { Invocation: { InvocationResults: { InvocationResult: part }, ...rest } };
    });
    const found = await bench.upstream.readResults(
      { invokeId: "t-1", includeHistory: false },
      NOTHING,
      bench.operation,
    );
    expect(found.map(({ instanceId }) => instanceId)).toEqual(records.map(({ InstanceId }) => InstanceId));
    expect(bench.asked.length).toBe(Math.ceil(count / 50));
  });

  it("keeps the index of each run beside records that cannot be read", async () => {
    const records = RUNS.slice(0, 4).map((run, index) => (index === 1 ? 7 : index === 2 ? {} : run));
    const { bench, read } = await openList(() => answer(records as object[], { TotalCount: 4, PageNumber: 1 }));
    const [page] = await read();
    expect(page).toMatchObject({ unreadable: 2, offset: 0, indexes: [0, 3], total: 4, next: null, mode: "page" });
    expect([page?.runs.map(({ invokeId }) => invokeId), bench.notices.length]).toEqual([["t-000", "t-003"], 1]);
  });

  it("is read in pages where MaxResults is refused", async () => {
    const { bench, read } = await openList((_action, { PageNumber, PageSize, MaxResults }) => {
      if (MaxResults !== undefined) throw refusal("UNKNOWN", "InvalidParameter.MaxResults");
      const start = (Number(PageNumber) - 1) * Number(PageSize);
      return answer(RUNS.slice(start, start + Number(PageSize)), { TotalCount: 120, PageNumber, PageSize });
    });
    expect(idsOf(await read())).toEqual(IDS);
    const sizes = bench.asked.map(([, { MaxResults }]) => MaxResults).filter((size) => size !== undefined);
    expect(sizes).toEqual([50, 20, 10]);
    const pages = bench.asked.slice(3).map(([, { PageSize }]) => PageSize);
    expect([pages[0], Math.min(...pages.map(Number)) > 40]).toEqual([50, true]);
  });

  it("keeps what PageSize is refused above where MaxResults is refused at any size", async () => {
    const { bench, read } = await openList((_action, { PageNumber, PageSize, MaxResults }) => {
      if (Number(PageSize) > 20) throw refusal("UNKNOWN", "InvalidParameter.PageSize");
      if (MaxResults !== undefined) throw refusal("UNKNOWN", "InvalidParameter.MaxResults");
      const start = (Number(PageNumber) - 1) * Number(PageSize);
      return answer(RUNS.slice(start, start + Number(PageSize)), { TotalCount: 120, PageNumber, PageSize });
    });
    expect(idsOf(await read())).toEqual(IDS);
    const pages = bench.asked.map(([, { PageSize }]) => PageSize);
    expect([pages.slice(0, 4), Math.min(...pages.slice(4).map(Number)) > 10]).toEqual([[50, 20, 10, 20], true]);
  });
});

describe("a list whose mode changes while it is read", () => {
  const world = { invocations: IDS.map((invokeId) => ({ invokeId })) };
  async function start(drift: object) {
    const end = await startUpstream("ECS", world, { drift });
    const [list] = await end.upstream.openLists({ commandId: "c-1" }, NOTHING, end.operation);
    const [whole] = await end.upstream.openLists({}, NOTHING, end.operation);
    if (list === undefined || whole === undefined) throw new Error("no list");
    return { end, list: whole };
  }

  it.each([0, 0.9])("goes on in pages where its tokens did, short answers %d", async (shortPages) => {
    const { end, list } = await start({ shortPages, seed: 9 });
    const first = await list.read(null, end.operation);
    const second = await list.read(first.next, end.operation);
    end.emulator.setDrift({ pages: "only" });
    const others = [await list.read(second.next, end.operation)];
    for (let next = others[0]?.next; next; next = others.at(-1)?.next)
      others.push(await list.read(next, end.operation));
    expect(idsOf([first, second, ...others])).toEqual(IDS);
    expect([first.mode, second.mode, others[0]?.mode]).toEqual(["token", "token", "page"]);
    await end.close();
  });

  it("goes on in pages as long as the upstream knows both", async () => {
    const { end, list } = await start({ pages: "only" });
    const first = await list.read(null, end.operation);
    end.emulator.setDrift({});
    const second = await list.read(first.next, end.operation);
    expect([second.mode, second.offset]).toEqual(["page", 49]);
    await end.close();
  });

  it.each(["ignored", "refused"] as const)("begins again by tokens where page numbers are %s", async (pages) => {
    const { end, list } = await start({ pages: "only" });
    const first = await list.read(null, end.operation);
    end.emulator.setDrift({ pages });
    await expect(list.read(first.next, end.operation)).rejects.toBeInstanceOf(DeadPlaceError);
    const again = await readToEnd(list, end.operation);
    expect([idsOf(again), again[0]?.mode]).toEqual([IDS, "token"]);
    await end.close();
  });
});

describe("a later page that holds no list fails, and does not end", () => {
  const records = (length: number) => Array.from({ length }, (_, index) => ({ InstanceId: `i-${1_000 + index}` }));
  const readServers = async ({ upstream, operation }: Bench) => {
    const listed = await upstream.serverLists?.[0]?.read(operation);
    if (listed?.lack) throw listed.lack;
  };
  const LISTS: readonly (readonly [string, "ECS" | "SWAS", object, (bench: Bench) => Promise<unknown>])[] = [
    [
      "results",
      "ECS",
      { Invocation: { InvocationResults: { InvocationResult: records(50) } } },
      ({ upstream, operation }) => upstream.readResults({ invokeId: "t-1", includeHistory: false }, NOTHING, operation),
    ],
    ["servers of ECS", "ECS", { Instances: { Instance: records(100) } }, readServers],
    ["servers of SWAS", "SWAS", { Instances: records(100) }, readServers],
  ];
  const BARE: readonly object[] = [
    {},
    { TotalCount: 0 },
    { PageNumber: 2, PageSize: 50 },
    { TotalCount: 0, Invocation: null },
  ];

  it.each(LISTS.flatMap(([name, ...list]) => BARE.map((bare) => [name, bare, ...list] as const)))(
    "the list of %s: %j",
    async (_name, bare, provider, first, read) => {
      const respond: Respond = (_action, { PageNumber }) => ({
        RequestId: "R-1",
        ...(Number(PageNumber ?? 1) > 1 ? bare : first),
      });
      await expect(read(createBench(provider, respond))).rejects.toMatchObject({
        code: "BAD_RESPONSE",
        message: expect.stringContaining("an answer behind the first holds no"),
      });
    },
  );
});

describe("a later page that says that there is no such server fails, and does not end", () => {
  const page = Array.from({ length: 50 }, (_, index) => ({ InvokeId: `t-${index}`, InvokeInstances: [] }));
  it.each<readonly [string, "ECS" | "SWAS", string | null]>([
    ["the runs of one server of ECS", "ECS", null],
    ["the runs of one server of SWAS", "SWAS", null],
    ["the same if the list of all runs may not be used", "SWAS", "DescribeCommandInvocations"],
  ])("%s", async (_name, provider, denied) => {
    const gone = refusal("NOT_FOUND", "InvalidInstanceId.NotFound", 404);
    const bench = createBench(provider, (action, { PageNumber, NextToken }) => {
      if (action === denied) throw refusal("FORBIDDEN", "Forbidden.RAM", 403);
      if (NextToken !== undefined || Number(PageNumber ?? 1) > 1) throw gone;
      const Invocations = provider === "ECS" ? { Invocation: page } : page;
      return { RequestId: "R-1", TotalCount: 90, PageNumber: 1, PageSize: 50, Invocations, CommandInvocations: page };
    });
    const [list] = await bench.upstream.openLists({ instanceId: "i-1" }, NOTHING, bench.operation);
    const first = await list?.read(null, bench.operation);
    expect([first?.runs.length, first?.next]).toEqual([50, expect.anything()]);
    await expect(list?.read(first?.next ?? null, bench.operation)).rejects.toBe(gone);
  });
});

describe("pages that are read at once", () => {
  it("fail for what the operation may not do any more, though another of them was refused before", async () => {
    const spent = new InputError("COST_LIMIT_EXCEEDED", "No call is left.");
    const bench = createBench("ECS", (_action, { PageNumber, PageSize = 50 }) => {
      const number = Number(PageNumber ?? 1);
      if (number === 2) throw refusal("BAD_REQUEST", "MissingParameter");
      if (number > 2) throw spent;
      const InvocationResult = RUNS.slice(0, 50).map(({ InvokeId }) => ({ InvokeId: "t-1", InstanceId: InvokeId }));
      return { Invocation: { InvocationResults: { InvocationResult }, TotalCount: 200, PageNumber: 1, PageSize } };
    });
    const query = { invokeId: "t-1", includeHistory: false };
    await expect(bench.upstream.readResults(query, NOTHING, bench.operation)).rejects.toBe(spent);
  });
});

describe("results whose list goes back to what it has shown", () => {
  it("are told with an error", async () => {
    const records = Array.from({ length: 50 }, (_, index) => ({ InvokeId: "t-1", InstanceId: `i-${index}` }));
    const bench = createBench("ECS", (action, { NextToken }) => {
      if (action !== "DescribeInvocationResults") throw refusal("FORBIDDEN", "Forbidden.RAM", 403);
      const rest = { NextToken: NextToken === undefined ? "2" : "" };
      return { Invocation: { InvocationResults: { InvocationResult: records }, ...rest } };
    });
    const asked = { invokeId: "t-1", includeHistory: false };
    const reading = bench.upstream.readResults(asked, NOTHING, bench.operation);
    await expect(reading).rejects.toMatchObject({
      code: "BAD_RESPONSE",
      message: expect.stringContaining("leads back to results"),
    });
  });
});
