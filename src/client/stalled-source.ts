import { GatewayError } from "./errors.ts";
import type { SourcesQuery } from "./generated/documents/graphql.ts";
import type { Sdk } from "./generated/sdk.ts";

type Source = NonNullable<SourcesQuery["sources"]>[number];

/** What is looked at of a run that somebody waits for. */
interface WaitedRun extends Pick<Source, "provider" | "account" | "regionId"> {
  readonly isFinal: boolean;
}

/** Told each state of a run, null for none. Throws a GatewayError if the run's source fails for good. */
export type NoticeStall = (state: WaitedRun | null, signal?: AbortSignal) => Promise<void>;

/** Asking after the sources at every look would double the questions. */
const LOOKS_A_QUESTION = 5;

/**
 * Watches for a source that cannot be read any more: the gateway then answers with what it knows of the run, which stays as it is.
 * Costs one question in five looks. A failure is believed if it does not pass by waiting and the source was not read with success
 * from one look to the next, since another kind of question may have failed.
 */
export function createStallNotice(client: Pick<Sdk, "sources">): NoticeStall {
  let looks = 0;
  let failed: Source | null = null;
  return async (state, signal) => {
    looks += 1;
    if (state === null || state.isFinal || (failed === null && looks % LOOKS_A_QUESTION > 0)) return;
    const failing = await findFailing(client, state, signal);
    if (failing !== null && failing.asOf === failed?.asOf) throw toError(failing);
    failed = failing;
  };
}

/** The run's source if it failed in a way that does not pass; null if it did not, or nobody tells. */
async function findFailing(client: Pick<Sdk, "sources">, run: WaitedRun, signal?: AbortSignal): Promise<Source | null> {
  // Who waits learns from the next look whether the gateway answers.
  const answer = await client.sources({}, {}, signal).catch(() => null);
  const own = answer?.sources?.find(
    ({ provider, account, regionId }) =>
      provider === run.provider && account === run.account && regionId === run.regionId,
  );
  return own?.error?.retryable === false ? own : null;
}

function toError({ error }: Source): GatewayError {
  const code = error === null ? null : `UPSTREAM_${error.code}`;
  const message = error?.message ?? "The source does not answer.";
  const failures = [{ message, path: [], code, extensions: { code, retryable: false } }];
  return new GatewayError({ kind: "GRAPHQL", message: `${message} (${code})`, failures });
}
