import { createHash, randomBytes } from "node:crypto";

/** What every key begins with, so that scanners of repositories and logs find one that leaked. */
export const KEY_PREFIX = "cag_";

/** A key that was just made. */
export interface NewKey {
  /** The secret. It is nowhere but here. */
  readonly key: string;
  /** What the access file keeps of it. */
  readonly sha256: string;
}

/** Makes a key of 256 random bits. */
export function createKey(random: (bytes: number) => Uint8Array = randomBytes): NewKey {
  const key = `${KEY_PREFIX}${Buffer.from(random(32)).toString("base64url")}`;
  return { key, sha256: createHash("sha256").update(key).digest("hex") };
}
