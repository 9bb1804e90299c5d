import { GatewayError } from "./errors.ts";
import type { SourcesQuery } from "./generated/documents/graphql.ts";
import type { Sdk } from "./generated/sdk.ts";
import { nameSource } from "./source-name.ts";

type Source = NonNullable<SourcesQuery["sources"]>[number];

/** Where a run is read from. */
type Place = Pick<Source, "provider" | "account" | "regionId">;

/** What is looked at of a run that somebody waits for. */
interface WaitedRun extends Place {
  readonly isFinal: boolean;
}

/** A source, and why it fails. */
interface FailedSource extends Place {
  readonly error: { readonly code: string; readonly message: string; readonly retryable?: boolean } | null;
}

/** Told each state of a run, null for none. Throws a GatewayError if the run's source fails for good. */
export type NoticeStall = (state: WaitedRun | null, signal?: AbortSignal) => Promise<void>;

/** Asking after the sources at every look would double the questions. */
const LOOKS_A_QUESTION = 5;

/** A failure of another kind of question looks the same until the source is read again. */
const FAILS_FOR_GOOD_MS = 15_000;

/**
 * Watches for a source that cannot be read any more: the gateway then answers with what it knows of the run, which stays as it is.
 * Costs one question in five looks. A failure is believed if it does not pass by waiting, and for 15 s every answer tells it again
 * and no success since.
 *
 * @param waitedMs time since the first look.
 */
export function createStallNotice(client: Pick<Sdk, "sources">, waitedMs: () => number): NoticeStall {
  let looks = 0;
  let failed: Source | null = null;
  let failedAtMs = 0;
  return async (state, signal) => {
    looks += 1;
    if (state === null || state.isFinal || (failed === null && looks % LOOKS_A_QUESTION > 0)) return;
    const failing = (await findFailing(client, state, signal)).find(({ error }) => error?.retryable === false) ?? null;
    if (failing === null || failed === null || !isSameFailure(failing, failed)) failedAtMs = waitedMs();
    else if (waitedMs() - failedAtMs >= FAILS_FOR_GOOD_MS) throw toSourceError(failing);
    failed = failing;
  };
}

/**
 * Sources that fail now and from which the run may be read: its own, or any if it was never seen. None if nobody tells: who waits
 * learns from the next look whether the gateway answers.
 */
export async function findFailing(
  client: Pick<Sdk, "sources">,
  run: Place | null,
  signal?: AbortSignal,
): Promise<readonly Source[]> {
  const answer = await client.sources({}, {}, signal).catch(() => null);
  const failing = answer?.sources?.filter(({ ok }) => !ok) ?? [];
  return run === null ? failing : failing.filter((source) => nameSource(source) === nameSource(run));
}

/** Why a source fails, for people. */
export function describeFailing(source: Source): string {
  const { error } = source;
  const reason = error === null ? "The gateway does not say why." : `${error.message} (${error.code})`;
  return `${nameSource(source)}: ${reason}`;
}

// Each attempt has a request id of its own.
function isSameFailure(one: Source, other: Source): boolean {
  return (
    one.asOf === other.asOf && one.error?.code === other.error?.code && one.error?.message === other.error?.message
  );
}

/** The failure of a source, as of a question that it alone should have answered. */
export function toSourceError(source: FailedSource): GatewayError {
  const { error } = source;
  const code = error === null ? null : `UPSTREAM_${error.code}`;
  const message = error?.message ?? "The source does not answer.";
  const { provider, account, regionId } = source;
  const extensions = { code, retryable: error?.retryable ?? false, provider, account, regionId };
  const failures = [{ message, path: [], code, extensions }];
  return new GatewayError({ kind: "GRAPHQL", message: `${nameSource(source)}: ${message} (${code})`, failures });
}
