/**
 * Requests per second of one page of 20 runs with 10 instances and their results each, alternating within one run: (a) a bare
 * node:http server that stringifies and sends the same object, (b) Apollo's startStandaloneServer with plain resolvers on the
 * same data in memory, (c) the gateway with warm caches. Then the gateway's own processor time per upstream call.
 */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { measureLoad, median } from "./load.ts";

const ROUNDS = 5;
const KINDS = ["bare", "apollo", "gateway"] as const;
const QUERY = `query Page {
  invocations(first: 20) {
    nodes {
      id provider regionId invokeId status creationTime
      command { name type }
      instanceInvocations(first: 10) {
        nodes {
          id instanceId status
          result { id status rawStatus startTime finishTime durationMs exitCode repeats username output { text } }
        }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}`;
const BODY = JSON.stringify({ query: QUERY });

interface Started {
  readonly child: ChildProcess;
  readonly url: string;
}

const started = new Map<(typeof KINDS)[number], Started>();
const gateway = await start("gateway", null);
started.set("gateway", gateway);
const page = await (
  await fetch(gateway.url, { method: "POST", headers: { "content-type": "application/json" }, body: BODY })
).json();
for (const kind of ["bare", "apollo"] as const) started.set(kind, await start(kind, page));

const rates: Record<(typeof KINDS)[number], number[]> = { bare: [], apollo: [], gateway: [] };
for (let round = 0; round < ROUNDS + 1; round += 1) {
  for (const kind of KINDS) {
    const { url } = started.get(kind) as Started;
    const { requestsPerSecond, bytes } = await measureLoad(url, BODY, { durationMs: 1_500 });
    // The first round warms up.
    if (round > 0) rates[kind].push(requestsPerSecond);
    if (round === 1) console.log(`${kind}: ${bytes} bytes`);
  }
}
for (const { child } of started.values()) child.kill();

const [bare, apollo, own] = KINDS.map((kind) => median(rates[kind])) as [number, number, number];
console.log(
  `(a) bare node:http ${bare.toFixed(0)}/s, (b) Apollo standalone ${apollo.toFixed(0)}/s, (c) gateway ${own.toFixed(0)}/s`,
);
console.log(`(c)/(b) ${(own / apollo).toFixed(2)} (goal 1.5), (c)/(a) ${(own / bare).toFixed(2)}`);

function start(kind: (typeof KINDS)[number], data: unknown): Promise<Started> {
  const child = fork(fileURLToPath(new URL("./http-server.ts", import.meta.url)), [kind], {
    execArgv: ["--import", "tsx"],
    env: { ...process.env, NODE_ENV: "production" },
  });
  child.send({ data, query: QUERY });
  return new Promise((resolve, reject) => {
    child.once("message", (url) => resolve({ child, url: String(url) }));
    child.once("error", reject);
  });
}
