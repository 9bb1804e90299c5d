import { Agent, request } from "node:http";

/** What a load run measured. */
export interface Load {
  readonly requestsPerSecond: number;
  readonly requests: number;
  readonly bytes: number;
}

/** Sends the same POST over `connections` keep-alive connections for `durationMs`, each as soon as the last was answered. */
export async function measureLoad(
  url: string,
  body: string,
  { connections = 8, durationMs = 2_000 }: { readonly connections?: number; readonly durationMs?: number } = {},
): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  let count = 0;
  let bytes = 0;
  const end = performance.now() + durationMs;
  const started = performance.now();
  const one = async () => {
    while (performance.now() < end) {
      bytes = await post(agent, url, body);
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, one));
  const seconds = (performance.now() - started) / 1_000;
  agent.destroy();
  return { requestsPerSecond: count / seconds, requests: count, bytes };
}

/** The middle value; of an even number, the upper of the two. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** The value that this share of all values does not exceed, from 0 to 1. */
export function percentile(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? Number.NaN;
}

function post(agent: Agent, url: string, body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const outgoing = request(url, { agent, method: "POST", headers }, (response) => {
      let bytes = 0;
      response.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
      });
      response.on("end", () =>
        response.statusCode === 200 ? resolve(bytes) : reject(new Error(`HTTP ${response.statusCode}`)),
      );
      response.on("error", reject);
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}
