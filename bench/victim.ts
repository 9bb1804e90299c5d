import { type Agent, request } from "node:http";

const PAUSE_MS = 10;
const VICTIM = "{ invocations(first: 5) { nodes { id status creationTime } } }";

/**
 * Milliseconds of each of the small questions that somebody else asks meanwhile, one after the other.
 * @throws when one of them is not answered in full
 */
export async function measureVictim(agent: Agent, url: string, durationMs: number): Promise<readonly number[]> {
  const latencies: number[] = [];
  for (const end = performance.now() + durationMs; performance.now() < end; ) {
    const begin = performance.now();
    const answer = await ask(agent, url, VICTIM);
    if (!answer.startsWith('{"data":{"invocations":{"nodes":[{"id"')) throw new Error(answer);
    latencies.push(performance.now() - begin);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return latencies;
}

/** The text of an answer; of a large one its beginning. */
export function ask(agent: Agent, url: string, query: string): Promise<string> {
  const body = JSON.stringify({ query });
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const outgoing = request(url, { agent, method: "POST", headers }, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => {
        if (text.length < 1_000) text += chunk.toString("latin1", 0, 1_000);
      });
      response.on("end", () => resolve(text));
      response.on("error", reject);
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}
