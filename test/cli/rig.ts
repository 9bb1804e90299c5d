import { runCommand } from "../../src/cli/program.ts";
import type { ExitCode } from "../../src/cli/terminal/exit-code.ts";
import type { Surroundings } from "../../src/cli/terminal/surroundings.ts";
import { type GraphRequest, type Root, startGraphServer } from "../support/graph-server.ts";

/** What a command left behind. */
export interface Outcome {
  readonly exitCode: ExitCode;
  readonly output: string;
  readonly errors: string;
  /** Addresses that were opened in the browser. */
  readonly opened?: readonly string[];
  readonly asked: readonly (readonly [string | undefined, GraphRequest["variables"]])[];
}

/** How the command is run. */
export interface RunOptions {
  readonly isTerminal?: boolean;
  /** Width of the terminal. */
  readonly columns?: number;
  readonly environment?: Surroundings["environment"];
  /** Whether there is a browser. */
  readonly opens?: boolean;
  /** What a person answers, one question after the other; nobody can be asked if absent. */
  readonly answers?: readonly string[];
  readonly homeFolder?: string;
  /** Happens while the command sleeps for `ms`, when it has written these errors. */
  readonly whileAsleep?: (asleep: { readonly ms: number; readonly errors: string }) => Promise<void>;
  /** Time beyond that of other commands. */
  readonly laterMs?: number;
}

/** Now, for commands under test. */
const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);

/** Runs a command against a server that answers from `root`. Sleeping takes no time but moves the clock. */
export async function run(root: Root, words: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const { url, requests, close } = await startGraphServer(root);
  try {
    const outcome = await runAt(["--url", url, ...words], options);
    return { ...outcome, asked: requests.map(({ operationName, variables }) => [operationName, variables]) };
  } finally {
    await close();
  }
}

/** Runs a command that says itself where the gateway is. */
export async function runAt(words: readonly string[], options: RunOptions = {}): Promise<Omit<Outcome, "asked">> {
  const written = { output: [] as Buffer[], errors: [] as Buffer[] };
  const { isTerminal = false, columns = 200, environment = {}, opens = true, answers = [] } = options;
  const left = [...answers];
  const screen = (chunks: Buffer[]) => ({
    write: (content: string | Uint8Array) => void chunks.push(Buffer.from(content as string)),
    drained: async () => {},
    isTerminal,
    columns: isTerminal ? columns : null,
  });
  const opened: string[] = [];
  let now = NOW + (options.laterMs ?? 0);
  const read = (chunks: readonly Buffer[]) => Buffer.concat(chunks).toString("utf8");
  const exitCode = await runCommand(words, {
    environment,
    output: screen(written.output),
    errors: screen(written.errors),
    now: () => now,
    sleep: async (ms) => {
      now += ms;
      await options.whileAsleep?.({ ms, errors: read(written.errors) });
    },
    expire: (ms) => AbortSignal.timeout(ms),
    homeFolder: options.homeFolder ?? "/nowhere",
    canAsk: options.answers !== undefined,
    ask: async (question) => {
      written.errors.push(Buffer.from(question));
      return left.shift() ?? null;
    },
    openBrowser: async (url) => {
      opened.push(url);
      return opens;
    },
    version: "1.2.3",
  });
  return { exitCode, output: read(written.output), errors: read(written.errors), ...(opened.length > 0 && { opened }) };
}

/** A connection that ends here unless a cursor is given. */
export function connection(
  nodes: readonly unknown[],
  endCursor: string | null = null,
  sources: readonly unknown[] = [],
): object {
  return {
    edges: [],
    nodes,
    totalCount: nodes.length,
    sources,
    pageInfo: { hasNextPage: endCursor !== null, hasPreviousPage: false, endCursor },
  };
}

/** A source that answers, as every list tells it. */
export const SOURCE = {
  provider: "ECS",
  account: "default",
  regionId: "cn-hangzhou",
  ok: true,
  asOf: null,
  isComplete: true,
  error: null,
};

/** A run that succeeded on one instance, changed where the test says so. */
export function createRun(overrides: Readonly<Record<string, unknown>> = {}): object {
  return {
    __typename: "Invocation",
    id: "AXIAid",
    provider: "ECS",
    account: "default",
    regionId: "cn-hangzhou",
    invokeId: "t-hz01",
    status: "SUCCESS",
    rawStatus: "Success",
    isFinal: true,
    isGoneUpstream: false,
    creationTime: "2026-01-02T03:04:05Z",
    timed: false,
    command: { commandId: "c-hz01", name: "disk check", type: "RUN_SHELL_SCRIPT" },
    statusCounts: [{ status: "SUCCESS", count: 1 }],
    instanceInvocations: connection([createInstanceRun()]),
    ...overrides,
  };
}

/** How a run went on one instance, changed where the test says so. */
export function createInstanceRun(overrides: Readonly<Record<string, unknown>> = {}): object {
  return {
    id: "AWkAid",
    instanceId: "i-01",
    instance: null,
    status: "SUCCESS",
    rawStatus: "Success",
    isFinal: true,
    startTime: "2026-01-02T03:04:05Z",
    finishTime: "2026-01-02T03:04:06.500Z",
    durationMs: 1500,
    exitCode: 0,
    error: null,
    result: { id: "AW8Aid", output: createOutput("ok\n") },
    ...overrides,
  };
}

/** An output of this text. */
export function createOutput(text: string, overrides: Readonly<Record<string, unknown>> = {}): object {
  const bytes = Buffer.from(text);
  return {
    text,
    base64: bytes.toString("base64"),
    byteLength: bytes.length,
    droppedBytes: 0,
    truncated: false,
    charset: "utf-8",
    lossy: false,
    ...overrides,
  };
}

/** Answers with each of these states in turn, the last one from then on. */
export function inTurn(states: readonly (object | Error | null)[]): () => object | null {
  let asked = 0;
  return () => {
    const state = states[Math.min(asked, states.length - 1)] ?? null;
    asked += 1;
    if (state instanceof Error) throw state;
    return state;
  };
}
