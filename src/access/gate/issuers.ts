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
  let isStarted = false;
  return {
    use(settings) {
      const kept = new Map<string, KeySet>();
      for (const { issuer } of settings) {
        if (kept.has(issuer)) continue;
        const known = keySets.get(issuer);
        kept.set(issuer, known ?? createKeySet({ ...options, issuer }));
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
