import { createApp } from "#app";
import { readConfig } from "#config";
import type { Clock } from "#domain";
import { AMPLE_QUOTA } from "../support/quota.ts";
import { type Places, type RunningUpstream, startUpstream } from "./upstream.ts";

/** The body of an answer. */
export interface Answer {
  // biome-ignore lint/suspicious/noExplicitAny: an examiner looks into answers of any shape
  readonly data?: any;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: unknown;
    readonly extensions?: Readonly<Record<string, unknown>>;
  }[];
}

/** A gateway as a stranger sees it, and the upstream that it reads from. */
export interface Rig {
  readonly url: string;
  readonly far: RunningUpstream;
  readonly logLines: readonly string[];
  ask(query: string, variables?: Readonly<Record<string, unknown>>): Promise<Answer>;
  /** Another process with the same settings. */
  twin(): Promise<{ url: string; ask: Rig["ask"] }>;
  stop(): Promise<void>;
}

/** Starts both; the gateway reads every place of the upstream. */
export async function startRig(
  places: Places,
  settings: Readonly<Record<string, string>> = {},
  clock?: Clock,
): Promise<Rig> {
  const far = await startUpstream(places);
  const regionsOf = (product: string) =>
    [...new Set(Object.keys(places).map((name) => name.split("/").slice(-2)))]
      .filter(([own]) => own === product)
      .map(([, region]) => region)
      .join(",");
  const environment = {
    PORT: "0",
    ECS_REGIONS: regionsOf("ECS"),
    SWAS_REGIONS: regionsOf("SWAS"),
    ECS_ENDPOINT: far.url,
    SWAS_ENDPOINT: far.url,
    ALIBABA_CLOUD_ACCESS_KEY_ID: "an-access-key",
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: "a-very-secret-secret",
    CURSOR_KEYS: "a key that only tests use",
    // A clock that runs fast, or a busy machine, makes answers look slow.
    SOFT_DEADLINE_MS: "9000",
    UPSTREAM_QUOTA: AMPLE_QUOTA,
    ...settings,
  };
  const logLines: string[] = [];
  const running: { stop(): Promise<void> }[] = [];
  const start = async () => {
    const logDestination = { write: (line: string) => void logLines.push(line) };
    const app = createApp(readConfig(environment), {
      logDestination,
      noticeMs: 0,
      ...(clock === undefined ? {} : { clock }),
    });
    running.push(app);
    const { url } = await app.start();
    return { url, ask: (query: string, variables = {}) => post(url, { query, variables }) };
  };
  const first = await start();
  far.calls.length = 0;
  return {
    ...first,
    far,
    logLines,
    twin: start,
    async stop() {
      for (const one of running) await one.stop();
      await far.stop();
    },
  };
}

async function post(url: string, body: unknown): Promise<Answer> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  return (await response.json()) as Answer;
}

/** One page of a walk. */
export interface WalkedPage {
  readonly ids: readonly string[];
  readonly calls: number;
  readonly errors: Answer["errors"];
  readonly sources: readonly { readonly ok: boolean }[];
}

const FORWARDS = `query ($size: Int, $at: String, $filter: InvocationFilter) { page: invocations(first: $size, after: $at, filter: $filter) {
  nodes { invokeId } pageInfo { more: hasNextPage at: endCursor } sources { ok } } }`;
const BACKWARDS = `query ($size: Int, $at: String, $filter: InvocationFilter) { page: invocations(last: $size, before: $at, filter: $filter) {
  nodes { invokeId } pageInfo { more: hasPreviousPage at: startCursor } sources { ok } } }`;

/** How a list is walked. */
export interface WalkOptions {
  readonly size: number;
  readonly backwards?: boolean;
  readonly filter?: object;
  readonly from?: string;
  /** Called after each page. */
  readonly between?: (pageNumber: number) => void;
}

/** Every page of the list of runs, in the order in which they were asked for; at most 400. */
export async function walk(rig: Rig, options: WalkOptions): Promise<readonly WalkedPage[]> {
  const pages: WalkedPage[] = [];
  let at: string | null = options.from ?? null;
  for (let number = 1; number <= 400; number += 1) {
    const before = rig.far.calls.length;
    const answer = await rig.ask(options.backwards ? BACKWARDS : FORWARDS, {
      size: options.size,
      at,
      ...(options.filter === undefined ? {} : { filter: options.filter }),
    });
    const page = answer.data?.page;
    const ids = (page?.nodes ?? []).map((node: { invokeId: string } | null) => node?.invokeId);
    pages.push({ ids, calls: rig.far.calls.length - before, errors: answer.errors, sources: page?.sources ?? [] });
    if (!page?.pageInfo.more) return pages;
    at = page.pageInfo.at;
    options.between?.(number);
  }
  throw new Error("the walk does not end");
}

/** The ids of a whole walk, newest first. */
export async function walkedIds(rig: Rig, options: WalkOptions): Promise<readonly string[]> {
  const pages = await walk(rig, options);
  return (options.backwards ? [...pages].reverse() : pages).flatMap(({ ids }) => ids);
}

/** The ids that the total order demands of these places of one account. */
export function ordered(places: Places): readonly string[] {
  const keys = Object.entries(places).flatMap(([name, { runs }]) => {
    const [product, region] = name.split("/").slice(-2);
    return runs.map((run) => ({ at: Math.floor(run.at / 1_000), tie: [product, region, run.invokeId].join(" "), run }));
  });
  const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  return keys.sort((a, b) => b.at - a.at || byText(a.tie, b.tie)).map(({ run }) => run.invokeId);
}
