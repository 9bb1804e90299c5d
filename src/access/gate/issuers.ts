import type { Clock } from "#domain";
import type { OidcSettings } from "../file/index.ts";
import type { Issuer } from "./bearer-token.ts";
import type { Fetch } from "./bounded-fetch.ts";
import { createKeySet, type KeySet } from "./key-set.ts";

/** The issuers of the file in force and their keys. */
export interface Issuers {
  /** Keeps the keys of issuers that stay, forgets those of the others. */
  use(settings: readonly OidcSettings[]): readonly Issuer[];
  start(): void;
  stop(): void;
}

/** One set of keys an issuer, also if the file names it several times. */
export function createIssuers(options: {
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly warn: (message: string) => void;
}): Issuers {
  let keySets = new Map<string, KeySet>();
  const places = new Map<string, string>();
  let isStarted = false;
  // Another file may name it in another line.
  const warnOf = (issuer: string) => (message: string) => options.warn(`${places.get(issuer) ?? ""}: ${message}`);
  return {
    use(settings) {
      const kept = new Map<string, KeySet>();
      places.clear();
      for (const { issuer, writtenAt } of settings) {
        if (kept.has(issuer)) continue;
        places.set(issuer, writtenAt);
        const known = keySets.get(issuer);
        kept.set(issuer, known ?? createKeySet({ ...options, issuer, warn: warnOf(issuer) }));
        if (known === undefined && isStarted) kept.get(issuer)?.start();
      }
      for (const [issuer, keys] of keySets) if (!kept.has(issuer)) keys.stop();
      keySets = kept;
      return settings.flatMap((one) => {
        const keys = kept.get(one.issuer);
        return keys === undefined ? [] : [{ settings: one, keys }];
      });
    },
    start() {
      isStarted = true;
      for (const keys of keySets.values()) keys.start();
    },
    stop() {
      isStarted = false;
      for (const keys of keySets.values()) keys.stop();
    },
  };
}
