import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import type { Sealer } from "./contract.ts";

const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Keys of a sealer: the first one seals, any of them opens, so that a key can be replaced while cursors are about. */
export interface SealerOptions {
  readonly keys: readonly (string | Uint8Array)[];
  /** Where initialisation vectors come from; node:crypto unless told otherwise. */
  readonly randomBytes?: (length: number) => Uint8Array;
}

/**
 * A sealer by AES-256-GCM (NIST SP 800-38D) with the purpose as additional authenticated data; texts are base64url. Keys of
 * any length are brought to 256 bits by SHA-256.
 * @throws RangeError where there is no key.
 */
export function createSealer(options: SealerOptions): Sealer {
  const keys = options.keys.map((key) => createHash("sha256").update(key).digest());
  const [sealing] = keys;
  const random = options.randomBytes ?? randomBytes;
  if (sealing === undefined) throw new RangeError("A sealer needs at least one key.");
  return {
    seal(purpose, payload) {
      const iv = random(IV_BYTES);
      const cipher = createCipheriv("aes-256-gcm", sealing, iv).setAAD(Buffer.from(purpose));
      const body = Buffer.concat([cipher.update(payload, "utf8"), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), body]).toString("base64url");
    },
    open(purpose, sealed) {
      const bytes = Buffer.from(sealed, "base64url");
      // Node skips what is no base64url; only the one text that was given out is a sound one.
      if (bytes.length < IV_BYTES + TAG_BYTES || bytes.toString("base64url") !== sealed) return null;
      for (const key of keys) {
        const payload = openWith(key, purpose, bytes);
        if (payload !== null) return payload;
      }
      return null;
    },
  };
}

function openWith(key: Uint8Array, purpose: string, bytes: Buffer): string | null {
  const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(purpose))
    .setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  try {
    return decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES), undefined, "utf8") + decipher.final("utf8");
  } catch {
    // The tag does not fit: another key, another purpose or a damaged text, which are all the same to the caller.
    return null;
  }
}
