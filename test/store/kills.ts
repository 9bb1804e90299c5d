import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** What a writer found when it began. */
export interface Found {
  readonly runs: number;
  /** Runs from the first on, without a gap. */
  readonly whole: number;
  /** Runs from the first on that the list claims to know. */
  readonly claimed: number;
}

/** What a writer did until it was killed. */
export interface KilledWriter {
  readonly found: Found;
  /** Runs whose writing was acknowledged, with those before. */
  readonly acknowledged: number;
}

/** Lets a process of its own write into a database and kills it after so many acknowledged writes, in the middle of the next. */
export async function killWriter(url: string, schema: string, writes: number): Promise<KilledWriter> {
  const args = ["--import", "tsx", "test/store/killed-writer.ts", url, schema];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let found: Found | null = null;
  let acknowledged = 0;
  let left = writes;
  for await (const line of createInterface({ input: child.stdout })) {
    const said = JSON.parse(line) as { readonly found?: Found; readonly wrote?: number };
    if (said.found !== undefined) {
      found = said.found;
      acknowledged = found.runs;
    }
    acknowledged = said.wrote ?? acknowledged;
    if (said.wrote !== undefined) left -= 1;
    if (left === 0) child.kill("SIGKILL");
  }
  if (found === null) throw new Error("the writer ended before it said what it found");
  return { found, acknowledged };
}
