import { createHash } from "node:crypto";
import type { AccountSettings } from "#config";
import { type Clock, type Invocation, type Operation, type Source, type Telemetry, UpstreamError } from "#domain";
import { DatabaseProblem, type DatabaseStore, type RunStore } from "#store";
import type { Place, RunListPage, Upstream } from "#upstreams";
import type { CredentialSettings } from "#wire";
import { inOwnOperation } from "./own-operation.ts";

type AskedUpstream = Pick<Upstream, "source" | "readInvocation" | "openLists">;

/** What the owner of an account is looked up with. */
export interface OwnerParts {
  /** The way to what the account's keys may read. */
  readonly upstreams: readonly AskedUpstream[];
  readonly clock: Clock;
  readonly telemetry: Pick<Telemetry, "notice">;
  readonly deadlineMs: number;
}

/**
 * Lets go of what a database keeps under an alias that has come to mean another account, before anything is read from it. An account is
 * known by its id where a role names it, else by its lasting keys. With other keys, some of the newest runs are asked for ({@link compareOwners}).
 * If the upstream shows neither that they are the same account's nor that they are not, what is kept stays, and a line in the log says so.
 * @throws DatabaseProblem while the upstream does not answer
 */
export async function letGoOfOthers(
  { owners, forget, readPage }: Pick<DatabaseStore, "owners" | "forget" | "readPage">,
  accounts: readonly AccountSettings[],
  parts: OwnerParts,
): Promise<void> {
  for (const { alias, credentials } of accounts) {
    const owner = ownerOf(credentials);
    const before = await owners.read(alias);
    if (owner === null || owner === before) continue;
    const verdict = before === null ? "same" : await compareOwners(before, owner, alias, { readPage }, parts);
    if (verdict === "failing")
      throw new DatabaseProblem(
        `account ${alias} has other keys than those whose runs are kept, and the upstream does not answer whether they belong to the same account.`,
      );
    if (verdict === "unknown") warnOfUnknown(alias, parts);
    if (verdict === "other") {
      const { runs } = await forget({ account: alias });
      const message = `Account ${alias} is another one than the one whose runs the database kept under this alias: they are forgotten`;
      parts.telemetry.notice({ level: "warn", message, details: { runs } });
    }
    await owners.note(alias, owner);
  }
}

/** Says that the runs of two accounts may be mixed, and what ends that. */
export function warnOfUnknown(alias: string, { telemetry }: Pick<OwnerParts, "telemetry">): void {
  const message = `Account ${alias} has other keys, and nothing shows whether they belong to the account whose runs are known: these stay. If they do not, forget them: npm run forget -- --account ${alias}`;
  telemetry.notice({ level: "warn", message });
}

/** What stands for the account that keys belong to; null if the settings do not tell. */
export function ownerOf(credentials: CredentialSettings): string | null {
  if (credentials.type === "ram_role_arn" || credentials.type === "oidc") {
    const accountId = /^acs:ram::(\d+):/.exec(credentials.roleArn)?.[1];
    return accountId === undefined ? null : `${OF_ACCOUNT}${accountId}`;
  }
  if (credentials.type !== "static" || credentials.securityToken !== null) return null;
  return `keys ${createHash("sha256").update(credentials.accessKeyId).digest("base64url").slice(0, 22)}`;
}

const OF_ACCOUNT = "account ";

/** Whether keys belong to the account whose runs are known. `unknown`: nothing shows it. `failing`: the upstream did not answer. */
export type OwnerVerdict = "same" | "other" | "unknown" | "failing";

/**
 * Compares two owners. If ids do not tell, the newest runs that are known are asked for: who finds one has keys of the same account. Who does
 * not has keys of another one if the upstream would still have the run: it shows an older one, or fewer runs than it keeps in any case.
 */
export async function compareOwners(
  before: string,
  now: string,
  alias: string,
  store: Pick<RunStore, "readPage">,
  { upstreams, clock, deadlineMs }: OwnerParts,
): Promise<OwnerVerdict> {
  if (before.startsWith(OF_ACCOUNT) && now.startsWith(OF_ACCOUNT)) return before === now ? "same" : "other";
  const own = upstreams.filter(({ source }) => source.account === alias);
  const found = await Promise.all(
    own.map(async (upstream) => ({ upstream, runs: await newestOf(upstream.source, store) })),
  );
  const known = found.flatMap(({ upstream, runs: [newest, ...others] }) =>
    newest === undefined ? [] : [{ upstream, newest, runs: [newest, ...others] }],
  );
  if (known.length === 0) return "same";
  const asked = known
    .filter(({ newest }) => timeOf(newest) >= clock.now() - KEPT_MS)
    .toSorted((one, other) => timeOf(other.newest) - timeOf(one.newest))
    .slice(0, ASKED_MAX);
  const verdicts = await inOwnOperation(clock, deadlineMs, (operation) =>
    Promise.all(asked.map(({ upstream, runs }) => lookFor(runs, upstream, operation).catch(untoldIfUpstream))),
  );
  return (["same", "other", "failing"] as const).find((one) => verdicts.includes(one)) ?? "unknown";
}

/** For so long the vendor keeps a run, unless there are 10,000 newer ones. */
const KEPT_MS = 14 * 86_400_000;
const ASKED_MAX = 3;
/** Pages that are read to see whether the upstream would still have a run: far fewer runs than it keeps. */
const PAGES_MAX = 20;
const NOTHING = { output: false, content: false };

/** Looks for the newest of these runs, and then for any of them: a replica of the upstream may miss one for a moment. */
async function lookFor(
  runs: readonly Invocation[],
  upstream: AskedUpstream,
  operation: Operation,
): Promise<OwnerVerdict> {
  const [newest] = runs;
  if (newest === undefined) return "unknown";
  if ((await upstream.readInvocation(newest.invokeId, NOTHING, operation)) !== null) return "same";
  const ids = new Set(runs.map(({ invokeId }) => invokeId));
  let pages = 0;
  for (const list of await upstream.openLists({}, NOTHING, operation)) {
    for (let place: Place | null = null; ; ) {
      if (pages === PAGES_MAX) return "unknown";
      const page: RunListPage = await list.read(place, operation);
      pages += 1;
      if (page.runs.some(({ invokeId }) => ids.has(invokeId))) return "same";
      if (page.runs.some((one) => timeOf(one) < timeOf(newest))) return "other";
      if (page.flaw !== null) return "unknown";
      if (page.next === null) break;
      place = page.next;
    }
  }
  return "other";
}

/** Keys that may not ask, or are none, show nothing; that does not pass by waiting. */
function untoldIfUpstream(error: unknown): OwnerVerdict {
  if (error instanceof UpstreamError) return error.retryable ? "failing" : "unknown";
  throw error;
}

async function newestOf(source: Source, { readPage }: Pick<RunStore, "readPage">): Promise<readonly Invocation[]> {
  const stretches = [{ source, after: null, before: null }];
  const runs = await readPage({ stretches, query: {}, direction: 1, limit: NEWEST, projection: NOTHING });
  return runs.map(({ run }) => run).filter((run) => run.isGoneUpstream !== true && run.creationTime !== null);
}

const NEWEST = 20;

function timeOf({ creationTime }: Invocation): number {
  return Date.parse(creationTime ?? "");
}
