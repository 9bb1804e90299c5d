import type { Clock } from "#domain";
import type { Caller } from "../rights/index.ts";

/** Callers by the SHA-256 of a token that was verified: known for at most a minute, and never beyond the token's end. */
export interface KnownTokens {
  get(digest: string): Caller | undefined;
  set(digest: string, caller: Caller): void;
  clear(): void;
}

const KNOWN_MS = 60_000;
const MAX_TOKENS = 10_000;

/** Holds at most `maxTokens`; the one that was verified first goes first. */
export function createKnownTokens(clock: Pick<Clock, "now" | "elapsed">, maxTokens = MAX_TOKENS): KnownTokens {
  const known = new Map<string, { readonly caller: Caller; readonly until: number }>();
  const hasEnded = ({ expiresAt }: Caller) => expiresAt !== null && expiresAt <= clock.now();
  return {
    get(digest) {
      const entry = known.get(digest);
      if (entry === undefined) return undefined;
      if (entry.until > clock.elapsed() && !hasEnded(entry.caller)) return entry.caller;
      known.delete(digest);
      return undefined;
    },
    set(digest, caller) {
      if (hasEnded(caller)) return;
      known.delete(digest);
      const oldest = known.size >= maxTokens ? known.keys().next().value : undefined;
      if (oldest !== undefined) known.delete(oldest);
      known.set(digest, { caller, until: clock.elapsed() + KNOWN_MS });
    },
    clear: () => known.clear(),
  };
}
