import { type AccountSettings, PRODUCTS, regionsOf } from "#config";
import {
  type Clock,
  type Operation,
  PROVIDERS,
  type Provider,
  type Source,
  sourceKey,
  type Telemetry,
  UpstreamError,
} from "#domain";

/** Asks a product for the regions that an account may read. */
export type ListRegions = (provider: Provider, account: string, operation: Operation) => Promise<readonly string[]>;

/**
 * The sources that the accounts' region lists name, each once. `all` asks the product for its regions; if that fails (no
 * permission, no connection at start) or names none, the regions known when this was released are taken, and a line in the log says so.
 */
export async function findSources(
  accounts: readonly AccountSettings[],
  listRegions: ListRegions,
  clock: Clock,
  telemetry: Telemetry,
  deadlineMs: number,
): Promise<readonly Source[]> {
  const lists = await Promise.all(
    accounts.flatMap((settings) =>
      PROVIDERS.map(async (provider) => {
        const { alias } = settings;
        const listed = readsAll(settings, provider)
          ? await ask(provider, alias, listRegions, clock, telemetry, deadlineMs)
          : regionsOf(settings, provider);
        return [...new Set(listed)].map((regionId): Source => ({ provider, account: alias, regionId }));
      }),
    ),
  );
  return lists.flat();
}

function readsAll(settings: AccountSettings, provider: Provider): boolean {
  return regionsOf(settings, provider).includes("all");
}

const LOOK_FOR_NEW_MS = 3_600_000;

/**
 * Asks once an hour for the regions of accounts that read all of them, also if that failed at start. The sources of a process are
 * those of its start, so of a region that is not among them a line in the log says once that it is not read.
 */
export function watchRegions(
  sources: readonly Source[],
  accounts: readonly AccountSettings[],
  listRegions: ListRegions,
  {
    clock,
    telemetry,
    deadlineMs,
  }: { readonly clock: Clock; readonly telemetry: Telemetry; readonly deadlineMs: number },
): { stop(): void } {
  const life = new AbortController();
  const known = new Set(sources.map(sourceKey));
  const asked = accounts.flatMap((one) =>
    PROVIDERS.flatMap((provider) => (readsAll(one, provider) ? [{ provider, account: one.alias }] : [])),
  );
  const lookFor = async ({ provider, account }: Omit<Source, "regionId">): Promise<void> => {
    // The next hour is soon enough.
    const regionIds = await askProduct(provider, account, listRegions, clock, deadlineMs).catch(() => []);
    for (const regionId of regionIds) {
      const source: Source = { provider, account, regionId };
      if (known.has(sourceKey(source))) continue;
      known.add(sourceKey(source));
      const message = `${provider} ${regionId} of account ${account} came after the start and is not read: restart the gateway`;
      telemetry.notice({ level: "warn", message, details: source });
    }
  };
  const lookOn = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(LOOK_FOR_NEW_MS, life.signal);
      if (life.signal.aborted) return;
      await Promise.all(asked.map(lookFor));
    }
  };
  if (asked.length > 0) void lookOn();
  return { stop: () => life.abort() };
}

async function askProduct(
  provider: Provider,
  account: string,
  listRegions: ListRegions,
  clock: Clock,
  deadlineMs: number,
): Promise<readonly string[]> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), deadlineMs);
  const operation: Operation = {
    signal: controller.signal,
    deadline: clock.elapsed() + deadlineMs,
    requestId: "start",
    meter: { spend: () => {}, addCached: () => {} },
  };
  try {
    return await withKeys(() => listRegions(provider, account, operation), clock, operation);
  } finally {
    clearTimeout(timer);
  }
}

async function ask(
  provider: Provider,
  account: string,
  listRegions: ListRegions,
  clock: Clock,
  telemetry: Telemetry,
  deadlineMs: number,
): Promise<readonly string[]> {
  const takeKnown = (reason: string, details: Readonly<Record<string, unknown>>): readonly string[] => {
    const message = `The regions of ${provider} could not be listed for account ${account}: ${reason}; the known ones are read instead`;
    telemetry.notice({ level: "warn", message, details });
    return PRODUCTS[provider].description.knownRegions;
  };
  try {
    const listed = await askProduct(provider, account, listRegions, clock, deadlineMs);
    return listed.length === 0 ? takeKnown("the answer names no region", {}) : listed;
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    return takeKnown(error.message, { code: error.code, upstreamCode: error.upstreamCode });
  }
}

const LOOK_AGAIN_MS = 200;

/** At start nothing is lost by waiting for a credential source that takes more than the second that queries wait for it. */
async function withKeys<Answer>(ask: () => Promise<Answer>, clock: Clock, operation: Operation): Promise<Answer> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const isLate = error instanceof UpstreamError && error.code === "UNAUTHENTICATED" && error.retryable;
      if (!isLate || operation.signal.aborted || clock.elapsed() + LOOK_AGAIN_MS >= operation.deadline) throw error;
      await clock.sleep(LOOK_AGAIN_MS, operation.signal);
    }
  }
}
