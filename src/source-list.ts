import { type AccountSettings, PRODUCTS, regionsOf } from "#config";
import {
  type Clock,
  type Operation,
  PROVIDERS,
  type Provider,
  type Source,
  type Telemetry,
  UpstreamError,
} from "#domain";
import { inOwnOperation } from "./own-operation.ts";

/** Asks a product for the regions that an account may read. */
export type ListRegions = (provider: Provider, account: string, operation: Operation) => Promise<readonly string[]>;

/**
 * The sources that the accounts' region lists name, each once. `all` asks the product for its regions, until the
 * deadline also again after a failure that may pass. If none is told (no permission, no connection at start), the regions known when this
 * was released are taken, and a line in the log says so.
 * A region that is named beside `all` is read whatever the product lists.
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
        const regionIds = regionsOf(settings, provider);
        const listed = regionIds.includes("all")
          ? await ask(provider, alias, listRegions, clock, telemetry, deadlineMs)
          : [];
        const named = regionIds.filter((regionId) => regionId !== "all");
        return [...new Set([...listed, ...named])].map((regionId): Source => ({ provider, account: alias, regionId }));
      }),
    ),
  );
  return lists.flat();
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
    const listed = await inOwnOperation(clock, deadlineMs, (operation) =>
      askUntilTold(() => listRegions(provider, account, operation), clock, operation),
    );
    return listed.length === 0 ? takeKnown("the answer names no region", {}) : listed;
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    return takeKnown(error.message, { code: error.code, upstreamCode: error.upstreamCode });
  }
}

/** Keys may be there soon. */
const AGAIN_WITHOUT_CALL_MS = 200;
const AGAIN_MS = 1_000;

/** At start nothing is lost by waiting, and a region that is not listed then would be read by nobody until the next start. */
async function askUntilTold<Answer>(ask: () => Promise<Answer>, clock: Clock, operation: Operation): Promise<Answer> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof UpstreamError) || !error.retryable || operation.signal.aborted) throw error;
      const pauseMs = error.retryAfterMs ?? (isBeforeCall(error) ? AGAIN_WITHOUT_CALL_MS : AGAIN_MS);
      if (clock.elapsed() + pauseMs >= operation.deadline) throw error;
      await clock.sleep(pauseMs, operation.signal);
    }
  }
}

/** True if the call failed before it was made, for a credential source that fails, or takes more than the second that queries wait for it. */
function isBeforeCall({ code, httpStatus }: UpstreamError): boolean {
  return code === "UNAUTHENTICATED" || (code === "UNAVAILABLE" && httpStatus === null);
}
