import { timingSafeEqual } from "node:crypto";
import type { Clock } from "#domain";
import type { KeySettings } from "../file/index.ts";
import type { Identity } from "./identity.ts";
import { type Refusal, refuseBad } from "./refusal.ts";

/** Finds a key by the SHA-256 of what was shown. */
export type ApiKeys = (digest: Buffer) => Identity | Refusal;

/** Every key is compared, each in constant time, so that no answer comes earlier than another. */
export function createApiKeys(settings: readonly KeySettings[], clock: Pick<Clock, "now">): ApiKeys {
  const keys = settings.map((key) => ({ key, digest: Buffer.from(key.sha256, "hex") }));
  return (digest) => {
    let found: KeySettings | null = null;
    for (const candidate of keys) if (timingSafeEqual(candidate.digest, digest)) found = candidate.key;
    if (found === null) return refuseBad("the key is none of the access file's");
    const { name, roles, expiresAt } = found;
    if (expiresAt !== null && expiresAt <= clock.now()) return refuseBad(`the key ${name} has expired`);
    return { id: `key ${name}`, name, knownBy: "key", roles, expiresAt };
  };
}
