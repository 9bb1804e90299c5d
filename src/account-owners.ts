import { createHash } from "node:crypto";
import type { AccountSettings } from "#config";
import { type Clock, type Invocation, type Source, type Telemetry, UpstreamError } from "#domain";
import type { DatabaseStore, RunStore } from "#store";
import type { Upstream } from "#upstreams";
import type { CredentialSettings } from "#wire";
import { inOwnOperation } from "./own-operation.ts";

/** What the owner of an account is looked up with. */
export interface OwnerParts {
  /** The way to what the account's keys may read. */
  readonly upstreams: readonly Pick<Upstream, "source" | "readInvocation">[];
  readonly clock: Clock;
  readonly telemetry: Pick<Telemetry, "notice">;
  readonly deadlineMs: number;
}

/**
 * Lets go of what a database keeps under an alias that has come to mean another account, before anything is read from it. An account is
 * known by its id where a role names it, else by its lasting keys. With other keys, some of the newest runs are asked for: keys that do not
 * find them are those of another account. If nobody can tell, what is kept stays, and a line in the log says so.
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
    const isSame = before === null || (await isSameOwner(before, owner, alias, { readPage }, parts));
    if (isSame === null) {
      const message = `Nobody can tell whether account ${alias} is the one whose runs the database keeps: its keys are others now. What is kept stays`;
      parts.telemetry.notice({ level: "warn", message });
      continue;
    }
    if (!isSame) {
      const { runs } = await forget({ account: alias });
      const message = `Account ${alias} is another one than the one whose runs the database kept under this alias: they are forgotten`;
      parts.telemetry.notice({ level: "warn", message, details: { runs } });
    }
    await owners.note(alias, owner);
  }
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

/** Whether two owners are one; null if nobody can tell. */
export async function isSameOwner(
  before: string,
  now: string,
  alias: string,
  store: Pick<RunStore, "readPage">,
  { upstreams, clock, deadlineMs }: OwnerParts,
): Promise<boolean | null> {
  if (before.startsWith(OF_ACCOUNT) && now.startsWith(OF_ACCOUNT)) return before === now;
  const own = upstreams.filter(({ source }) => source.account === alias);
  const found = await Promise.all(
    own.map(async (upstream) => ({ upstream, run: await newestOf(upstream.source, store) })),
  );
  const young = clock.now() - YOUNG_MS;
  const asked = found
    .flatMap(({ upstream, run }) => (run === null || timeOf(run) < young ? [] : [{ upstream, run }]))
    .sort((one, other) => timeOf(other.run) - timeOf(one.run))
    .slice(0, ASKED_MAX);
  const answers = await inOwnOperation(clock, deadlineMs, (operation) =>
    Promise.all(
      asked.map(({ upstream, run: { invokeId } }) =>
        upstream.readInvocation(invokeId, NOTHING, operation).then((run) => run !== null, nullIfUpstream),
      ),
    ),
  );
  if (answers.includes(true)) return true;
  return answers.length > 0 && !answers.includes(null) ? false : null;
}

/** The vendor keeps runs for two weeks at least. */
const YOUNG_MS = 7 * 86_400_000;
/** One run may have been dropped. */
const ASKED_MAX = 3;
const NOTHING = { output: false, content: false };

async function newestOf(source: Source, { readPage }: Pick<RunStore, "readPage">): Promise<Invocation | null> {
  const stretches = [{ source, after: null, before: null }];
  const runs = await readPage({ stretches, query: {}, direction: 1, limit: NEWEST, projection: NOTHING });
  return runs.map(({ run }) => run).find((run) => run.isGoneUpstream !== true && run.creationTime !== null) ?? null;
}

const NEWEST = 20;

function timeOf({ creationTime }: Invocation): number {
  return Date.parse(creationTime ?? "");
}

function nullIfUpstream(error: unknown): null {
  if (error instanceof UpstreamError) return null;
  throw error;
}
