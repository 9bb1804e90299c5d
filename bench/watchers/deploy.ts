/** One who follows what ten servers print for forty seconds: the bytes that came, as a multiple of those that were printed. */
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { createEmulator, createWorld, type Emulator } from "../../test/support/emulator/index.ts";
import { type Gateway, startGateway } from "./processes.ts";
import type { Verdicts } from "./verdict.ts";

const SERVERS = Array.from({ length: 10 }, (_, n) => `i-web${n}`);
const SECONDS = Number(process.env.SECONDS ?? 40);
const LINE_MS = 250;
const PLACE = ["ecs", "cn-hangzhou"] as const;
const DEPLOY = "t-deploy";
const FOLLOW = readFileSync(new URL("../../schema/subscriptions/follow-output.graphql", import.meta.url), "utf8");

/** Measures it. */
export async function measureDeploy(verdicts: Verdicts): Promise<void> {
  const instances = SERVERS.map((instanceId) => ({ instanceId, status: "Running", output: "" }));
  const emulator = createEmulator({
    world: createWorld({ ecs: { "cn-hangzhou": { invocations: [{ invokeId: DEPLOY, instances }] } } }),
  });
  const { url } = await emulator.start();
  const gateway = await startGateway({ ECS_REGIONS: "cn-hangzhou", ECS_ENDPOINT: url });
  try {
    const answer = await openStream(gateway);
    const came = readAll(answer);
    const printed = await print(emulator);
    const text = await came;
    const bytes = Buffer.byteLength(text);
    const [told, ratio] = [toldOf(text), bytes / Buffer.byteLength(printed.join(""))];
    const isWhole = told.size === SERVERS.length && SERVERS.every((id, n) => told.get(id) === printed[n]);
    verdicts.tell("every byte of every server is told once", isWhole ? "yes" : "no", isWhole, "WRONG");
    verdicts.tell(
      "a viewer gets at most 3 times what is printed",
      `${ratio.toFixed(2)} times, ${bytes} bytes`,
      ratio <= 3,
    );
  } finally {
    await gateway.stop();
    await emulator.stop();
  }
}

async function openStream(gateway: Gateway): Promise<Response> {
  const { lookup } = await gateway.ask<{ lookup: { id: string } }>(`{ lookup(by: { invokeId: "${DEPLOY}" }) { id } }`);
  const headers = { "content-type": "application/json", accept: "text/event-stream" };
  const body = JSON.stringify({ query: FOLLOW, variables: { id: lookup.id } });
  return fetch(new URL("/graphql/stream", gateway.url), { method: "POST", headers, body });
}

/** The stream until its operation is complete. */
async function readAll({ body }: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of body ?? []) text += decoder.decode(chunk, { stream: true });
  return text;
}

/** Lets every server print a line every quarter of a second, and end. */
async function print({ world }: Emulator): Promise<readonly string[]> {
  const printed = SERVERS.map(() => "");
  for (let n = 0; n < (SECONDS * 1_000) / LINE_MS; n += 1) {
    await sleep(LINE_MS);
    for (const [server, instanceId] of SERVERS.entries()) {
      printed[server] +=
        `2026-01-02 12:00:${n % 60} web${server} step ${n}: unpacked package ${n * 31} of 4960 into /srv/releases\n`;
      world.updateRecord(...PLACE, DEPLOY, instanceId, { output: printed[server] ?? "" });
    }
  }
  for (const id of SERVERS)
    world.updateRecord(...PLACE, DEPLOY, id, { status: "Success", exitCode: 0, finishTime: Date.now() });
  return printed;
}

/** What was told of each server, put together. */
function toldOf(stream: string): ReadonlyMap<string, string> {
  const told = new Map<string, string>();
  for (const [, json] of stream.matchAll(/^data: (\{.*\})$/gm)) {
    const { data } = JSON.parse(json ?? "{}") as {
      readonly data?: {
        readonly outputAppended: {
          readonly text: string;
          readonly instanceInvocation: { readonly instanceId: string };
        };
      };
    };
    if (data === undefined) continue;
    const { text, instanceInvocation } = data.outputAppended;
    told.set(instanceInvocation.instanceId, (told.get(instanceInvocation.instanceId) ?? "") + text);
  }
  return told;
}
