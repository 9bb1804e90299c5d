/**
 * Processor time a request of one warm page of 20 runs with 10 instances and their results each, for one client and for eight: (a) a
 * bare node:http server that stringifies and sends the same object, (b) Apollo's startStandaloneServer with plain resolvers on the same
 * data in memory, (c) the gateway, which answers from what it read. Only the server's process counts (user and system time from
 * /proc), so the figure holds on a busy machine. The gateway reads the newest end of its list anew every two seconds.
 */
import { readFileSync } from "node:fs";
import { measureLoad, median } from "./load.ts";
import { type StartedServer, startServer } from "./start-server.ts";

const ROUNDS = 5;
const ROUND_MS = 1_500;
const TICK_MS = 10;
const CLIENTS = [1, 8] as const;
const GOALS: Readonly<Record<(typeof CLIENTS)[number], number>> = { 1: 2, 8: 1.3 };
const KINDS = ["bare", "apollo", "gateway"] as const;
type Kind = (typeof KINDS)[number];
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

const emulator = await startServer("emulator", {});
const gateway = await startServer("gateway", { emulatorUrl: emulator.url });
const headers = { "content-type": "application/json" };
const answer: unknown = await (await fetch(gateway.url, { method: "POST", headers, body: BODY })).json();
const servers: Readonly<Record<Kind, StartedServer>> = {
  bare: await startServer("bare", { answer }),
  apollo: await startServer("apollo", { answer }),
  gateway,
};

for (const connections of CLIENTS) {
  const costs: Record<Kind, number[]> = { bare: [], apollo: [], gateway: [] };
  // The first round warms up.
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const kind of KINDS) {
      const cost = await measureCost(servers[kind], connections);
      if (round > 0) costs[kind].push(cost);
    }
  }
  const [bare, apollo, own] = KINDS.map((kind) => median(costs[kind])) as [number, number, number];
  console.log(
    `${connections} client(s): (a) bare node:http ${bare.toFixed(2)} ms, (b) Apollo standalone ${apollo.toFixed(2)} ms, (c) gateway ` +
      `${own.toFixed(2)} ms of processor time a request; (c)/(a) ${(own / bare).toFixed(2)} (goal ${GOALS[connections]}), (c)/(b) ${(own / apollo).toFixed(2)}`,
  );
}
for (const { child } of [emulator, ...Object.values(servers)]) child.kill();

/** Milliseconds of processor time that the server spends on one request. */
async function measureCost({ url, child }: StartedServer, connections: number): Promise<number> {
  const before = readProcessorMs(child.pid);
  const { requests } = await measureLoad(url, BODY, { connections, durationMs: ROUND_MS });
  return (readProcessorMs(child.pid) - before) / requests;
}

function readProcessorMs(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  const [user = 0, system = 0] = [fields[11], fields[12]].map(Number);
  return (user + system) * TICK_MS;
}
