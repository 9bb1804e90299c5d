/**
 * What one greedy client costs another one: latency of a small query, in calm and while a client at another address asks for as
 * much as it can, as ratios within one run; and for how long the server's event loop stood still meanwhile. Allowed: twice the
 * calm median, twice the calm worst plus 100 ms, 100 ms of a blocked loop, 150 MB more memory than idle. The server, the greedy client and
 * the upstream work in processes of their own, on lists that were read before.
 */
import { fork } from "node:child_process";
import { Agent } from "node:http";
import { fileURLToPath } from "node:url";
import type { Greed } from "./greedy.ts";
import { median } from "./load.ts";
import { askServer, measureIdle, startServer } from "./start-server.ts";
import { ask, measureVictim } from "./victim.ts";

const ROUND_MS = 4_000;
const GRACE_MS = 100;
const BLOCKED_MS = 100;
const MEMORY_MB = 150;
const OUTPUT = (fields: string) =>
  `{ invocations(first: 100) { nodes { instanceInvocations(first: 1) { nodes { result { output { ${fields} } } } } } } }`;
const aliases = (count: number, field: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => `a${index}: ${field(index)}`).join(" ");

const SMALL = "{ __typename }";

/** What the greedy client sends, how often at once, and by what. */
const ATTACKS: readonly (readonly [name: string, atOnce: number, query: string, by?: Greed["by"]])[] = [
  [
    "three nested lists of 100",
    4,
    `{ invocations(first: 100) { nodes { instanceInvocations(first: 100) { nodes { id instance {
      invocations(first: 100) { nodes { id status } } } } } } } }`,
  ],
  [
    "40 searches in 100 outputs",
    4,
    OUTPUT(aliases(40, (index) => `search(pattern: "(o|u|t)+.*${index}") { lineNumber }`)),
  ],
  ["60 times base64 of 100 rows", 4, OUTPUT(aliases(60, () => "base64"))],
  ["490 values of 100 rows", 4, `{ invocations(first: 100) { nodes { ${aliases(490, () => "status")} } } }`],
  [
    "20 pages of 100 runs on 100 servers at once",
    20,
    "{ invocations(first: 100) { nodes { status instanceInvocations(first: 100) { nodes { id status exitCode } } } } }",
  ],
  ["small questions on 100 connections", 100, SMALL, "connections"],
  ["small questions on 500 connections", 500, SMALL, "connections"],
  ["100 small questions at once on each of 100 connections", 100, SMALL, "pipelined"],
  ["10 small questions at once on each of 100 WebSockets", 100, SMALL, "websockets"],
];

const emulator = await startServer("emulator", { runs: 100, instances: 100 });
const gateway = await startServer("gateway", { emulatorUrl: emulator.url });
const greedy = fork(fileURLToPath(new URL("./greedy.ts", import.meta.url)), { execArgv: ["--import", "tsx"] });
await heard();
const victim = new Agent({ keepAlive: true });

console.log(`first sight of each:${(await measureFirstSights()).join(",")}`);
await measureVictim(victim, gateway.url, ROUND_MS);
let isWithin = true;
for (const [name, atOnce, query, by] of ATTACKS) {
  const calm = await measureVictim(victim, gateway.url, ROUND_MS);
  const idleMb = await measureIdle(gateway);
  greedy.send({ url: gateway.url, atOnce, query, ...(by === undefined ? {} : { by }) } satisfies Greed);
  const under = await measureVictim(victim, gateway.url, ROUND_MS);
  greedy.send("stop");
  const answers = await heard();
  const { blockedMs, mostResidentMb } = await askServer(gateway);
  isWithin = report(`${name} (${answers} answers)`, calm, under) && isWithin;
  isWithin = reportServer(blockedMs, mostResidentMb - idleMb) && isWithin;
}
victim.destroy();
for (const child of [emulator.child, gateway.child, greedy]) child.kill();
process.exit(isWithin ? 0 : 1);

/** How long the loop was blocked by each attack when it came for the first time. */
async function measureFirstSights(): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const [, , query] of ATTACKS) {
    await askServer(gateway);
    await ask(victim, gateway.url, query);
    lines.push(` ${(await askServer(gateway)).blockedMs.toFixed(0)} ms`);
  }
  return lines;
}

function heard(): Promise<unknown> {
  return new Promise((resolve) => greedy.once("message", resolve));
}

function report(name: string, calm: readonly number[], under: readonly number[]): boolean {
  const worst = { calm: Math.max(...calm), under: Math.max(...under) };
  const ratio = median(under) / median(calm);
  const isOk = ratio <= 2 && worst.under <= 2 * worst.calm + GRACE_MS;
  console.log(
    `${isOk ? "ok    " : "SLOWER"} ${name}: median ${ratio.toFixed(2)} times the calm ${median(calm).toFixed(1)} ms ` +
      `(allowed: 2), worst ${worst.under.toFixed(0)} ms, in calm ${worst.calm.toFixed(0)} ms (allowed: twice and ${GRACE_MS} ms)`,
  );
  return isOk;
}

function reportServer(blockedMs: number, moreMb: number): boolean {
  const isOk = blockedMs <= BLOCKED_MS && moreMb <= MEMORY_MB;
  console.log(
    `${isOk ? "ok    " : "OVER  "}   its loop blocked for ${blockedMs.toFixed(0)} ms at most (allowed: ${BLOCKED_MS}), ` +
      `${moreMb.toFixed(0)} MB more memory than idle at most (allowed: ${MEMORY_MB})`,
  );
  return isOk;
}
