import { GatewayError } from "../client/index.ts";
import { APPEARS_WITHIN_MS, isThrottle, mayPass } from "../client/patience.ts";
import { toSourceError } from "../client/stalled-source.ts";
import { type Context, tellIncomplete } from "./context.ts";
import { formatSource, haveAllAnswered, type Scope, type Source, tellFailures } from "./sources.ts";
import { type FoundStray, findStray, type StrayRef } from "./stray-run.ts";
import { CommandError, tell, toLine } from "./terminal/index.ts";

/** How long a run is waited for. */
export interface Wait {
  readonly timeoutMs: number;
  /** Aborts what is asked when the time is up. */
  readonly inTime: AbortSignal;
}

const LOOK_AGAIN_MS = 2_000;

/** A run that a person named: by the gateway's id, or one of which only results are known. */
export type Target = { readonly id: string } | { readonly stray: StrayRef };

/**
 * The run that a person named: by the upstream's word for it, such as `t-hz0123`, or by the gateway's id. A run that is waited for
 * gets 15 seconds to appear in a list, if there is so much time, and all of its time while its sources are throttled. Results are looked
 * for of one that no list of runs knows.
 *
 * @throws CommandError if there is none or more than one. @throws GatewayError why no list could be read
 */
export async function findRun(context: Context, word: string, scope: Scope, wait?: Wait): Promise<Target> {
  if (!isInvokeId(word)) return { id: requireId(word) };
  const { runs, stray, sources } = await searchRuns(context, { ...scope, invokeId: word }, wait);
  const [run, ...others] = runs;
  if (run === undefined) {
    for (const failure of stray.failures) tellFailures(context, [], failure);
    tellFailures(context, sources);
    const [only, ...more] = stray.refs;
    if (only !== undefined && more.length === 0) return { stray: only };
    for (const ref of stray.refs) tell(context, `${word} on ${formatSource(ref)}, account ${ref.account}`);
    if (only !== undefined) throw ambiguous(word, stray.refs.length);
    if (haveAllAnswered(sources)) throw notKnown(word);
    throw new CommandError(`No source that could be read knows run ${toLine(word)}.`);
  }
  if (others.length === 0) return { id: run.id };
  for (const one of runs)
    tell(context, `${word} on ${formatSource(one)}, account ${one.account}, of ${one.creationTime ?? "unknown time"}`);
  throw ambiguous(word, runs.length);
}

function ambiguous(word: string, count: number): CommandError {
  return new CommandError(`${word} names ${count} runs: say which with --provider, --region or --account.`);
}

/** The gateway's id, for what needs a record of the run. @throws CommandError if only results of it are known */
export function requireListed(target: Target): string {
  if ("id" in target) return target.id;
  throw new CommandError(
    `Of run ${toLine(target.stray.invokeId)} only results are known: see 'cloud-assistant output' or 'show'.`,
  );
}

/** Says that a word, which may be anything, names no run. */
export function notKnown(word: string): CommandError {
  return new CommandError(
    `No run ${toLine(word)} is known. The upstreams keep runs for some weeks only; see 'cloud-assistant list'.`,
  );
}

/** The gateway's ids are base64url, so that nothing else has to be asked for. */
function requireId(word: string): string {
  if (/^[\w-]+$/.test(word)) return word;
  throw notKnown(word);
}

async function searchRuns(context: Context, filter: Scope & { readonly invokeId: string }, wait: Wait | undefined) {
  const { client, surroundings } = context;
  const startedAt = surroundings.now();
  const timeoutMs = wait?.timeoutMs ?? 0;
  let stray: FoundStray = { refs: [], failures: [] };
  for (let looks = 1; ; looks += 1) {
    const { runs, sources, failure } = await lookInLists(client, filter, wait);
    const forMs = isThrottle(failure) ? timeoutMs : Math.min(APPEARS_WITHIN_MS, timeoutMs);
    const leftMs = startedAt + forMs - surroundings.now();
    const isLast = leftMs <= 0;
    if (runs.length === 0 && stray.refs.length === 0 && (looks === 1 || isLast))
      stray = await findStray(context, filter.invokeId, sources);
    // What may pass is waited through, as long as a run is waited for.
    if (failure !== null && stray.refs.length === 0 && (isLast || !mayPass(failure))) throw failure;
    // Right after it was started, a run shows some of its results before a list shows it with all of its instances.
    const isStray = stray.refs.some((ref) => !hasAnswered(ref, sources));
    if (runs.length > 0 || isStray || isLast) return { runs, stray, sources };
    if (looks === 1) tell(context, sayAwaited(stray, sources));
    await surroundings.sleep(Math.min(LOOK_AGAIN_MS, leftMs));
  }
}

/** What the lists of runs show; if none of them can be read, why, and which sources there are, whose results may be read. */
async function lookInLists(
  client: Context["client"],
  filter: Scope & { readonly invokeId: string },
  wait: Wait | undefined,
) {
  const signal = wait?.inTime;
  try {
    const { invocations: page } = await client.recentRuns({ first: 10, filter }, {}, signal);
    const sources: readonly Source[] = page?.sources ?? [];
    const runs = page?.nodes.filter((node) => node !== null) ?? [];
    return { runs, sources, failure: runs.length > 0 || wait === undefined ? null : findThrottle(sources) };
  } catch (error) {
    const isUpstream =
      error instanceof GatewayError && error.failures.some(({ code }) => /^UPSTREAM_/.test(code ?? ""));
    if (!isUpstream) throw error;
    const { sources } = await client.sources({}, {}, signal);
    return { runs: [], sources: (sources ?? []).filter((source) => isInScope(source, filter)), failure: error };
  }
}

/** The throttle for which no source shows anything new; null if one of them answers, or none is throttled. */
function findThrottle(sources: readonly Source[]): GatewayError | null {
  if (sources.some(({ ok }) => ok)) return null;
  return sources.map(toSourceError).find(isThrottle) ?? null;
}

function isInScope({ provider, regionId, account }: Source, { providerIn, regionIdIn, accountIn }: Scope): boolean {
  return (
    (providerIn?.includes(provider) ?? true) &&
    (regionIdIn?.includes(regionId) ?? true) &&
    (accountIn?.includes(account) ?? true)
  );
}

function hasAnswered(ref: StrayRef, sources: readonly Source[]): boolean {
  return haveAllAnswered(sources.filter((source) => formatSource(source) === formatSource(ref)));
}

function sayAwaited({ refs }: FoundStray, sources: readonly Source[]): string {
  if (refs.length > 0) return "no list of runs knows this run yet, but results; waiting for it to appear.";
  const where = haveAllAnswered(sources) ? "" : " in the sources that can be read";
  return `no such run yet${where}; waiting for it to appear.`;
}

/** The run that an id names; throws a CommandError if that is gone or something else. */
export function requireRun<Node extends { readonly __typename: string }>(node: Node | null): RunOf<Node> {
  if (node === null) throw new CommandError("No such run: the upstreams keep runs for some weeks only.");
  if (!isRun(node)) throw new CommandError(`This id names no run but a thing of type ${node.__typename}.`);
  return node;
}

interface LastSeen {
  readonly invokeId: string;
  readonly status: string;
  readonly isFinal: boolean;
  readonly isGoneUpstream: boolean;
}

/** Says of a run that went away before it was over that what is known of it is how it was seen last. */
export function tellGone(context: Context, { invokeId, status, isFinal, isGoneUpstream }: LastSeen): void {
  if (isFinal || !isGoneUpstream) return;
  tellIncomplete(
    context,
    `${toLine(invokeId)} was ${status} when the upstream dropped it: what it printed and how it ended may be missing.`,
  );
}

type RunOf<Node> = Extract<Node, { readonly __typename: "Invocation" }>;

function isRun<Node extends { readonly __typename: string }>(node: Node): node is RunOf<Node> {
  return node.__typename === "Invocation";
}

/** The upstreams' ids have a short prefix and a dash; the gateway's own have none. */
function isInvokeId(word: string): boolean {
  return /^[a-z]{1,3}-[\w*-]+$/i.test(word);
}
