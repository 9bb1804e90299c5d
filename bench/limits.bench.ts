/**
 * What one greedy client costs another one: latency of a small query, in calm and while a client at another address asks for as
 * much as it can, as ratios within one run. Allowed: twice the calm median, and twice the calm worst plus 100 ms. The server works
 * in a process of its own, on lists that it has read before.
 */
import { Agent, request } from "node:http";
import { median } from "./load.ts";
import { startServer } from "./start-server.ts";

const ROUND_MS = 4_000;
const PAUSE_MS = 10;
const GRACE_MS = 100;
const VICTIM = "{ invocations(first: 5) { nodes { id status creationTime } } }";
const OUTPUT = (fields: string) =>
  `{ invocations(first: 100) { nodes { instanceInvocations(first: 1) { nodes { result { output { ${fields} } } } } } } }`;
const aliases = (count: number, field: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => `a${index}: ${field(index)}`).join(" ");

/** What the greedy client sends, and how often at once. */
const ATTACKS: readonly (readonly [name: string, atOnce: number, query: string])[] = [
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
  [
    "20 pages of 100 runs on 100 servers at once",
    20,
    "{ invocations(first: 100) { nodes { status instanceInvocations(first: 100) { nodes { id status exitCode } } } } }",
  ],
];

const emulator = await startServer("emulator", { runs: 100, instances: 100 });
const gateway = await startServer("gateway", { emulatorUrl: emulator.url });
const greedy = new Agent({ keepAlive: true, localAddress: "127.0.0.2" });
const victim = new Agent({ keepAlive: true });

for (const [, , query] of ATTACKS) await post(greedy, query);
await measure();
let isWithin = true;
for (const [name, atOnce, query] of ATTACKS) {
  const calm = await measure();
  let isOver = false;
  let answers = 0;
  const attackers = Array.from({ length: atOnce }, async () => {
    for (; !isOver; answers += 1) await post(greedy, query);
  });
  const under = await measure();
  isOver = true;
  await Promise.all(attackers);
  isWithin = report(name, calm, under, answers) && isWithin;
}
greedy.destroy();
victim.destroy();
for (const { child } of [emulator, gateway]) child.kill();
process.exit(isWithin ? 0 : 1);

/** Milliseconds of each of the victim's questions, one after the other. */
async function measure(): Promise<readonly number[]> {
  const latencies: number[] = [];
  for (const end = performance.now() + ROUND_MS; performance.now() < end; ) {
    const begin = performance.now();
    const answer = await post(victim, VICTIM);
    if (!answer.startsWith('{"data":{"invocations":{"nodes":[{"id"')) throw new Error(answer);
    latencies.push(performance.now() - begin);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return latencies;
}

function report(name: string, calm: readonly number[], under: readonly number[], answers: number): boolean {
  const worst = { calm: Math.max(...calm), under: Math.max(...under) };
  const ratio = median(under) / median(calm);
  const isOk = ratio <= 2 && worst.under <= 2 * worst.calm + GRACE_MS;
  console.log(
    `${isOk ? "ok    " : "SLOWER"} ${name} (${answers} answers): median ${ratio.toFixed(2)} times the calm ${median(calm).toFixed(1)} ms ` +
      `(allowed: 2), worst ${(worst.under / worst.calm).toFixed(2)} times the calm ${worst.calm.toFixed(0)} ms (allowed: 2, and ${GRACE_MS} ms)`,
  );
  return isOk;
}

/** The text of an answer; of a large one its beginning. */
function post(agent: Agent, query: string): Promise<string> {
  const body = JSON.stringify({ query });
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const outgoing = request(gateway.url, { agent, method: "POST", headers }, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => {
        if (text.length < 1_000) text += chunk.toString();
      });
      response.on("end", () => resolve(text));
      response.on("error", reject);
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}
