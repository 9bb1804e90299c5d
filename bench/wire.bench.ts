/**
 * The gateway's own processor time per upstream call, for DescribeInvocations of 50 runs on 10 instances each: the wire alone
 * (signing, sending, judging), and the wire with the adapter that reads the answer; against a bare `fetch` and a bare `got` that
 * parse the same body from the same server. The upstream is a process of its own; medians, in turns. Then the longest round of
 * the event loop (allowed: 100 ms) while the largest bodies that may come are read.
 */
import { Agent } from "node:http";
import got from "got";
import { type Operation, type Source, silentTelemetry } from "#domain";
import { DEFAULT_ZONES } from "#upstreams";
import { createEcsUpstream } from "#upstreams/ecs";
import { createStaticCredentials, createWire, type Wire } from "#wire";
import { median } from "./load.ts";
import { watchRounds } from "./round-work.ts";
import { startServer } from "./start-server.ts";

const ROUNDS = 15;
const CALLS = 40;
const BLOCKED_MS = 100;
/** Up to one megabyte of XML is read, and 16 of JSON. */
const LARGEST: Readonly<Record<string, string>> = {
  "XML of 10,000 elements": `<R>${`<A>${"x".repeat(96)}</A>`.repeat(9_999)}</R>`,
  "XML of entities": `<R><A>${"&lt;".repeat(262_000)}</A></R>`,
  "XML of comments": `<R>${"<!---->".repeat(149_000)}</R>`,
  "XML of one tag": `<R ${"a='' ".repeat(209_000)}/>`,
  "XML of one text": `<R><A><![CDATA[${"\r".repeat(1_048_000)}]]></A></R>`,
  "JSON of escapes": JSON.stringify({ Output: '"'.repeat(8_000_000) }),
  "JSON of characters": JSON.stringify({ Output: "中".repeat(5_500_000) }),
  "JSON of code points": `{"Output":"${"\\u4e2d".repeat(2_700_000)}"}`,
  "JSON of short texts": JSON.stringify({ I: Array(99).fill(Array(1_999).fill("x".repeat(60))) }),
  "JSON of keys": JSON.stringify({
    I: Array(99).fill(Object.fromEntries(Array.from({ length: 1_999 }, (_, key) => [`key ${key}`, 1.5]))),
  }),
  "JSON of 20,000 records": JSON.stringify({ I: Array(10).fill(Array(1_990).fill({ A: "x".repeat(700), B: 1 })) }),
  "JSON of blanks": `{"A":1${" ".repeat(16_000_000)}}`,
};
const source: Source = { provider: "ECS", account: "default", regionId: "cn-hangzhou" };
const clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  sleep: (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms).unref()),
};
const request = {
  source,
  version: "2014-05-26",
  action: "DescribeInvocations",
  parameters: { RegionId: source.regionId, PageNumber: 1, PageSize: 50, ContentEncoding: "Base64" },
};

const emulator = await startServer("emulator", { runs: 50 });
const real = openWire(emulator.url);
const { body } = await real.call(request, createOperation());
await real.close();
emulator.child.kill();

const far = await startServer("bare", { answer: body });
const wire = openWire(far.url);
const upstream = createEcsUpstream({
  source,
  call: wire.call,
  telemetry: silentTelemetry,
  clock,
  zones: DEFAULT_ZONES,
});
const agent = new Agent({ keepAlive: true });
const ways: Readonly<Record<string, () => Promise<unknown>>> = {
  fetch: async () => (await fetch(far.url, { method: "POST" })).json(),
  got: () => got.post(far.url, { agent: { http: agent }, retry: { limit: 0 }, responseType: "json" }),
  wire: () => wire.call(request, createOperation()),
  "wire and adapter": async () => {
    const operation = createOperation();
    const [list] = await upstream.openLists({}, { output: false, content: false }, operation);
    return list?.read(null, operation);
  },
};

const micros = new Map(Object.keys(ways).map((name) => [name, [] as number[]]));
for (let round = 0; round < ROUNDS; round += 1) {
  for (const [name, way] of Object.entries(ways)) micros.get(name)?.push(await measure(way));
}
far.child.kill();
agent.destroy();
await wire.close();

const limit = median(micros.get("fetch") ?? []);
console.log(`one answer of ${JSON.stringify(body).length} bytes, processor time a call`);
for (const [name, values] of micros) {
  const value = median(values);
  console.log(`${name.padEnd(22)} ${value.toFixed(0).padStart(6)} us  ${(value / limit).toFixed(2)} of fetch`);
}

let isWithin = true;
for (const [name, text] of Object.entries(LARGEST)) {
  const blockedMs = await measureRound(text);
  isWithin = blockedMs <= BLOCKED_MS && isWithin;
  console.log(
    `${name.padEnd(22)} ${blockedMs.toFixed(0).padStart(6)} ms at most in one round (allowed: ${BLOCKED_MS})`,
  );
}
process.exit(isWithin ? 0 : 1);

async function measureRound(text: string): Promise<number> {
  const { url, child } = await startServer("bare", { text });
  const wire = openWire(url);
  const rounds = watchRounds();
  await clock.sleep(100);
  rounds.readLongest();
  await wire.call(request, createOperation()).catch(({ message }: Error) => console.log(message));
  await clock.sleep(10);
  const blockedMs = rounds.readLongest();
  child.kill();
  await wire.close();
  return blockedMs;
}

async function measure(way: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  for (let call = 0; call < CALLS; call += 1) await way();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / CALLS;
}

function openWire(url: string): Wire {
  return createWire({
    accounts: new Map([
      [
        "default",
        createStaticCredentials({ accessKeyId: "testid", accessKeySecret: "testsecret", securityToken: null }),
      ],
    ]),
    endpoints: { ECS: url, SWAS: url },
    clock,
    telemetry: silentTelemetry,
  });
}

function createOperation(): Operation {
  return {
    signal: new AbortController().signal,
    deadline: performance.now() + 60_000,
    requestId: "bench",
    meter: { spend: () => {}, addCached: () => {} },
  };
}
