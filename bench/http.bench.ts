/**
 * Requests per second of one page of 20 runs with 10 instances and their results each, alternating within one run: (a) a bare
 * node:http server that stringifies and sends the same object, (b) Apollo's startStandaloneServer with plain resolvers on the
 * same data in memory, (c) the gateway with warm caches. Lists are never kept from one answer to the next, so (c) still reads
 * the list of runs from an emulator each time the clients come back; results come from the cache.
 */
import { measureLoad, median } from "./load.ts";
import { type StartedServer, startServer } from "./start-server.ts";

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

const started = new Map<(typeof KINDS)[number], StartedServer>();
const emulator = await startServer("emulator", {});
const gateway = await startServer("gateway", { emulatorUrl: emulator.url });
started.set("gateway", gateway);
const headers = { "content-type": "application/json" };
const answer: unknown = await (await fetch(gateway.url, { method: "POST", headers, body: BODY })).json();
for (const kind of ["bare", "apollo"] as const) started.set(kind, await startServer(kind, { answer }));

const rates: Record<(typeof KINDS)[number], number[]> = { bare: [], apollo: [], gateway: [] };
for (let round = 0; round < ROUNDS + 1; round += 1) {
  for (const kind of KINDS) {
    const { url } = started.get(kind) as StartedServer;
    const { requestsPerSecond, bytes } = await measureLoad(url, BODY, { durationMs: 1_500 });
    // The first round warms up.
    if (round > 0) rates[kind].push(requestsPerSecond);
    if (round === 1) console.log(`${kind}: ${bytes} bytes`);
  }
}
for (const { child } of [emulator, ...started.values()]) child.kill();

const [bare, apollo, own] = KINDS.map((kind) => median(rates[kind])) as [number, number, number];
console.log(
  `(a) bare node:http ${bare.toFixed(0)}/s, (b) Apollo standalone ${apollo.toFixed(0)}/s, (c) gateway ${own.toFixed(0)}/s`,
);
console.log(`(c)/(b) ${(own / apollo).toFixed(2)} (goal 1.5), (c)/(a) ${(own / bare).toFixed(2)}`);
