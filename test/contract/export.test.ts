import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { ordered, type Rig, startRig } from "./rig.ts";
import { type FarFault, refusal } from "./upstream.ts";
import { createPlace, manyRuns, type Run } from "./world.ts";

const big: Run = {
  invokeId: "t-big",
  at: Date.UTC(2026, 0, 3),
  commandName: 'say "hi", twice',
  status: "PartialFailed",
  executions: Array.from({ length: 120 }, (_, index) => ({
    instanceId: `i-${String(index).padStart(3, "0")}`,
    output: `第 ${index} 台\r\nsays "ok", really\n`,
    ...(index === 7 ? { status: "Failed", exitCode: 3 } : {}),
  })),
};
const world = { "ECS/cn-hangzhou": createPlace([big, ...manyRuns(230, "t-e")]) };
let rig: Rig;
beforeAll(async () => {
  rig = await startRig(world);
});
afterAll(() => rig.stop());

const HEADER = { "apollo-require-preflight": "1" };
function get(
  parameters: Record<string, string> | string[][],
  headers: Record<string, string> = HEADER,
  { url }: Pick<Rig, "url"> = rig,
): Promise<Response> {
  return fetch(`${url.replace("/graphql", "/export")}?${new URLSearchParams(parameters)}`, {
    headers,
  });
}
const lines = async (response: Response) =>
  (await response.text())
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
async function idOf(selection: string): Promise<string> {
  const { data } = await rig.ask(
    `{ invocation(provider: ECS, regionId: "cn-hangzhou", invokeId: "t-big") { ${selection} } }`,
  );
  return data.invocation.id ?? data.invocation.instanceInvocations.nodes[0].id;
}

describe("an export", () => {
  it("is every row of a list, whatever pages allow", async () => {
    const rows = await lines(await get({ format: "ndjson" }));
    expect(rows.map((row) => row.invokeId)).toEqual(ordered(world));
    expect(rows[0]).toMatchObject({
      commandName: 'say "hi", twice',
      status: "PARTIAL_FAILED",
      instances: 120,
      failedInstances: 1,
    });
    const filter = JSON.stringify({ statusIn: ["PARTIAL_FAILED"] });
    expect((await lines(await get({ filter }))).map((row) => row.invokeId)).toEqual(["t-big"]);
  });

  it("is every output of a run", async () => {
    const id = await idOf("id");
    const rows = await lines(await get({ id }));
    expect(rows.length).toBe(120);
    expect(rows[7]).toMatchObject({
      instanceId: "i-007",
      status: "FAILED",
      exitCode: 3,
      output: '第 7 台\r\nsays "ok", really\n',
    });
    const csv = await get({ id, format: "csv" });
    expect(csv.headers.get("content-type")).toBe("text/csv; charset=utf-8; header=present");
    const text = await csv.text();
    expect(
      text.startsWith(
        "instanceId,status,exitCode,errorCode,startTime,finishTime,droppedBytes,output,isOutputKnown\r\ni-000,SUCCESS,0,",
      ),
    ).toBe(true);
    expect(text).toContain('"第 7 台\r\nsays ""ok"", really\n",true\r\n');
    const people = await (await get({ id, format: "text" })).text();
    expect(people.split("\n").slice(21, 24)).toEqual([
      "==> i-007: FAILED, exit code 3",
      "第 7 台\r",
      'says "ok", really',
    ]);
  });

  it("has one line a run as text, whatever a command is called", async () => {
    const named: Run = { ...big, commandName: "a\nt-forged\tFAILED\u2028x" };
    const other = await startRig({ "ECS/cn-hangzhou": createPlace([named]) });
    const text = await (await get({ format: "text" }, HEADER, other)).text();
    await other.stop();
    expect(text).toBe("2026-01-03T00:00:00.000Z\tPARTIAL_FAILED\tt-big\tECS\tcn-hangzhou\ta t-forged FAILED x\n");
  });

  it("as CSV has nothing that a spreadsheet would carry out, and every text in a way that leads back to it", async () => {
    const texts = [
      "=1+1",
      "+1",
      "-rw-r--r-- 1",
      "@SUM(1)",
      "\t=1",
      "\r=1",
      "\n=1",
      "＝1",
      "－1",
      "'ok",
      "ok =1",
      '=1,"2"',
    ];
    const executions = texts.map((output, index) => ({
      instanceId: `i-${10 + index}`,
      output,
      status: "Failed",
      exitCode: -1,
    }));
    const place = createPlace([{ ...big, commandName: "=cmd", executions }]);
    const other = await startRig({ "ECS/cn-hangzhou": place });
    const { data } = await other.ask("{ invocations { nodes { id } } }");
    const id = data.invocations.nodes[0].id;
    const csv = await (await get({ id, format: "csv" }, HEADER, other)).text();
    const runs = await (await get({ format: "csv" }, HEADER, other)).text();
    const rows = await lines(await get({ id }, HEADER, other));
    await other.stop();
    const cells = csv.matchAll(/^i-\d+,FAILED,(-1),[^,]*,[^,]*,[^,]*,0,("(?:[^"]|"")*"|[^\r\n]*?),true\r\n/gm);
    const told = [...cells].map(([, code, cell = ""]) => [
      code,
      cell.replace(/^"([\s\S]*)"$/, "$1").replaceAll('""', '"'),
    ]);
    expect(told).toEqual(texts.map((text) => ["-1", /^ok/.test(text) ? text : `'${text}`]));
    expect(runs).toContain(",'=cmd,");
    expect(rows.map(({ output }) => output)).toEqual(texts);
  });

  it("is one output as it is", async () => {
    const id = await idOf("instanceInvocations(first: 1) { nodes { id } }");
    expect(await (await get({ id, format: "text" })).text()).toBe('第 0 台\r\nsays "ok", really\n');
  });

  it.each([
    [{ format: "xml" }, "format"],
    [{ id: "damaged" }, "id"],
    [{ filter: "{" }, "filter"],
    [{ filter: '{"statusIn":["NONE"]}' }, "filter"],
    [{ filter: '{"nobody":1}' }, "filter"],
    [{ id: "x", filter: "{}" }, "filter"],
    ["format=csv&format=csv", "format"],
    ["id=a&id=b", "id"],
    ["filter={}&filter={}&format=csv", "filter"],
    ["filter=&filter={}", "filter"],
    ['filters={"statusIn":["FAILED"]}', "filters"],
    ["format=csv&first=1", "first"],
    ["Filter={}", "Filter"],
    ["invokeId=t-1", "invokeId"],
  ])("refuses %j before any work", async (parameters, argument) => {
    rig.far.calls.length = 0;
    const response = await get([...new URLSearchParams(parameters as Record<string, string>)]);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: "BAD_USER_INPUT", argument } }] });
    expect(rig.far.calls).toEqual([]);
  });

  it("is no page's without a preflight, and takes no other method", async () => {
    const response = await get({}, {});
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { errors: [{ extensions: { code: "BAD_REQUEST" } }] },
    ]);
    const posted = await fetch(rig.url.replace("/graphql", "/export"), { method: "POST", headers: HEADER });
    expect([posted.status, posted.headers.get("allow")]).toEqual([405, "GET, OPTIONS"]);
  });

  it("breaks off rather than pass half of it for the whole", async () => {
    const id = await idOf("id");
    const own = await startRig(world);
    let reads = 0;
    own.far.interfere = ({ action }) => {
      if (action === "DescribeInvocationResults") reads += 1;
      return reads > 1 ? { status: 403, body: { Code: "Forbidden.RAM", Message: "no", RequestId: "R" } } : null;
    };
    try {
      const address = `${own.url.replace("/graphql", "/export")}?${new URLSearchParams({ id })}`;
      const response = await fetch(address, { headers: HEADER });
      expect(response.status).toBe(200);
      await expect(response.text()).rejects.toThrow("terminated");
    } finally {
      await own.stop();
    }
  });

  it("of a run says where it lacks instances, also if the run ended and shows none, or none that can have ended so", async () => {
    const at = Date.UTC(2026, 0, 2);
    const lacking = { invokeId: "t-2", at, executions: [{ instanceId: "i-1" }, { instanceId: "i-nameless" }] };
    const none = { ...lacking, invokeId: "t-1", at: at - 1_000, executions: [] };
    const failed = { invokeId: "t-0", at: at - 2_000, status: "Failed", executions: [{ instanceId: "i-1" }] };
    const own = await startRig({ "ECS/cn-hangzhou": createPlace([lacking, none, failed]) });
    own.far.mangle = (body) => JSON.parse(JSON.stringify(body).replaceAll('"InstanceId":"i-nameless",', ""));
    try {
      const { data } = await own.ask("{ invocations { nodes { id } } }");
      const exports = data.invocations.nodes.map(async ({ id }: { id: string }) => {
        const response = await get({ id, format: "text" }, HEADER, own);
        return [response.status, response.headers.get("x-incomplete"), await response.text()];
      });
      expect(await Promise.all(exports)).toEqual([
        [200, "ECS cn-hangzhou default", "==> i-1: SUCCESS, exit code 0\nok\n"],
        [200, "ECS cn-hangzhou default", ""],
        [200, "ECS cn-hangzhou default", "==> i-1: SUCCESS, exit code 0\nok\n"],
      ]);
    } finally {
      await own.stop();
    }
  });

  it.each(["ndjson", "csv", "text"])(
    "goes on as %s without a region that was never read, and says so",
    async (format) => {
      const places = { ...world, "ECS/cn-beijing": createPlace(manyRuns(9, "t-b")) };
      const own = await startRig(places, { SOFT_DEADLINE_MS: "500" });
      own.far.interfere = ({ regionId }) => (regionId === "cn-beijing" ? refusal(400, "Throttling.User") : null);
      try {
        const response = await get({ format }, HEADER, own);
        expect([response.status, response.headers.get("x-incomplete")]).toEqual([
          200,
          "ECS cn-beijing default: THROTTLED",
        ]);
        expect((await response.text()).match(/\bt-(big|e\d+|b\d+)/g)).toEqual(ordered(world));
      } finally {
        await own.stop();
      }
    },
  );

  it.each<[string, FarFault, string]>([
    ["fails", refusal(403, "Forbidden.RAM"), "FORBIDDEN"],
    ["never answers", "silent", "TIMEOUT"],
  ])("shows what is known of a region that %s now, and says so", async (_name, fault, code) => {
    const places = { ...world, "ECS/cn-beijing": createPlace(manyRuns(9, "t-b")) };
    const own = await startRig(places, { SOFT_DEADLINE_MS: "500", UPSTREAM_TIMEOUT_MS: "700", FRESHNESS_MS: "1" });
    try {
      expect((await get({}, HEADER, own)).headers.get("x-incomplete")).toBeNull();
      own.far.interfere = ({ regionId }) => (regionId === "cn-beijing" ? fault : null);
      const response = await get({}, HEADER, own);
      expect(response.headers.get("x-incomplete")).toBe(`ECS cn-beijing default: ${code}`);
      expect((await lines(response)).map((row) => row.invokeId)).toEqual(ordered(places));
    } finally {
      await own.stop();
    }
  });

  it("breaks off if a region fails behind the first rows", async () => {
    const places = { ...world, "ECS/cn-beijing": createPlace(manyRuns(400, "t-b")) };
    const own = await startRig(places);
    let reads = 0;
    own.far.interfere = ({ regionId }) => {
      if (regionId === "cn-beijing") reads += 1;
      return reads > 4 ? refusal(403, "Forbidden.RAM") : null;
    };
    try {
      const response = await get({}, HEADER, own);
      expect([response.status, response.headers.get("x-incomplete")]).toEqual([200, null]);
      await expect(response.text()).rejects.toThrow("terminated");
    } finally {
      await own.stop();
    }
  });

  it("goes on with a region that refuses for a while, and owes nothing in the end", async () => {
    const places = { ...world, "ECS/cn-beijing": createPlace(manyRuns(400, "t-b")) };
    const own = await startRig(places);
    let reads = 0;
    own.far.interfere = ({ regionId }) => {
      if (regionId === "cn-beijing") reads += 1;
      return reads === 5 ? refusal(403, "Forbidden.RAM") : null;
    };
    try {
      const rows = (await lines(await get({}, HEADER, own))).map((row) => row.invokeId);
      expect([...rows].sort()).toEqual([...ordered(places)].sort());
    } finally {
      await own.stop();
    }
  });

  it.each([150, 350])("breaks off if the upstream listed run %i late, behind rows that are written", async (late) => {
    const at = Date.UTC(2026, 0, 2, 12);
    const runs = manyRuns(400, "t-l").map((run, index) => ({ ...run, at: at - index * 60_000 }));
    const position = late - 145;
    const wire = { CreationTime: new Date(at - position * 60_000).toISOString() };
    const listed = runs.map((run, index) => (index === position ? { ...run, at: at - late * 60_000 - 1, wire } : run));
    const own = await startRig({ "ECS/cn-hangzhou": createPlace(listed) });
    try {
      const response = await get({}, HEADER, own);
      expect([response.status, response.headers.get("x-incomplete")]).toEqual([200, null]);
      await expect(response.text()).rejects.toThrow("terminated");
    } finally {
      await own.stop();
    }
  });

  it("is an error if nothing can be read", async () => {
    const own = await startRig(world);
    own.far.interfere = () => refusal(400, "Throttling.User");
    try {
      const response = await get({}, HEADER, own);
      expect([response.status, await response.json()]).toMatchObject([
        503,
        { errors: [{ extensions: { code: "UPSTREAM_THROTTLED" } }] },
      ]);
    } finally {
      await own.stop();
    }
  });

  it("says by its status whose fault it is that nothing came", async () => {
    const id = await idOf("id");
    const own = await startRig(world);
    const refusals = [
      [403, "Forbidden.RAM", 502, "UPSTREAM_FORBIDDEN"],
      [400, "Throttling.User", 503, "UPSTREAM_THROTTLED"],
    ] as const;
    try {
      for (const [farStatus, Code, status, code] of refusals) {
        own.far.interfere = () => ({ status: farStatus, body: { Code, Message: "no", RequestId: "R" } });
        const address = `${own.url.replace("/graphql", "/export")}?${new URLSearchParams({ id })}`;
        const response = await fetch(address, { headers: HEADER });
        expect([response.status, await response.json()]).toMatchObject([
          status,
          { errors: [{ extensions: { code } }] },
        ]);
      }
    } finally {
      await own.stop();
    }
  });
});
