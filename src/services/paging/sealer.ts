import { createCipheriv, createDecipheriv, createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { PositionSealer, Sealer } from "../contract/index.ts";

const TAG_BYTES = 16;

/** Keys of any length; the first one seals, any of them opens, so that a key can be replaced while cursors are about. */
export interface SealerOptions {
  readonly keys: readonly (string | Uint8Array)[];
}

interface KeyPair {
  readonly mac: Uint8Array;
  readonly cipher: Uint8Array;
  /** Names the key in texts. */
  readonly name: string;
}

/** What three bytes are in base64url. */
const NAME_LENGTH = 4;

/**
 * Seals with a synthetic initialisation vector (the construction of RFC 5297 with HMAC-SHA-256 as its function and AES-256-CTR):
 * the same purpose, payload and key give the same text. Texts are base64url, 16 bytes longer than the payload.
 * @throws RangeError if there is no key
 */
export function createSealer({ keys }: SealerOptions): Sealer & PositionSealer {
  const pairs = keys.map(toPair);
  const [sealing] = pairs;
  if (sealing === undefined) throw new RangeError("A sealer needs at least one key.");
  const sealer: Sealer = {
    seal(purpose, payload) {
      const plain = typeof payload === "string" ? Buffer.from(payload) : Buffer.from(payload);
      const tag = tagOf(sealing, purpose, plain);
      const cipher = createCipheriv("aes-256-ctr", sealing.cipher, tag);
      return Buffer.concat([tag, cipher.update(plain), cipher.final()]).toString("base64url");
    },
    open(purpose, sealed) {
      const bytes = Buffer.from(sealed, "base64url");
      // Node skips what is no base64url; only the one text that was given out is a sound one.
      if (bytes.length < TAG_BYTES || bytes.toString("base64url") !== sealed) return null;
      const tag = bytes.subarray(0, TAG_BYTES);
      for (const pair of pairs) {
        const decipher = createDecipheriv("aes-256-ctr", pair.cipher, tag);
        const plain = Buffer.concat([decipher.update(bytes.subarray(TAG_BYTES)), decipher.final()]);
        if (timingSafeEqual(tagOf(pair, purpose, plain), tag)) return plain;
      }
      return null;
    },
  };
  return {
    ...sealer,
    sealNamed: (purpose, payload) => `${sealing.name}.${sealer.seal(purpose, payload)}`,
    openNamed(purpose, text) {
      const [, name, sealed = ""] = NAMED.exec(text) ?? [];
      if (pairs.some((pair) => pair.name === name)) return sealer.open(purpose, sealed);
      const bytes = Buffer.from(sealed, "base64url");
      return bytes.length >= TAG_BYTES && bytes.toString("base64url") === sealed ? "foreign" : null;
    },
  };
}

// What names no key has no such mark: a cursor of a list is told from a position of other keys.
const NAMED = /^([\w-]{4})\.([\w-]+)$/;

function toPair(key: string | Uint8Array): KeyPair {
  const root = createHash("sha256").update(key).digest();
  const derive = (use: string): Uint8Array => createHmac("sha256", root).update(use).digest();
  return { mac: derive("authentication"), cipher: derive("encryption"), name: nameOf(derive("name")) };
}

function nameOf(derived: Uint8Array): string {
  return Buffer.from(derived).toString("base64url").slice(0, NAME_LENGTH);
}

function tagOf({ mac }: KeyPair, purpose: string, plain: Uint8Array): Buffer {
  const hash = createHmac("sha256", mac)
    .update(`${Buffer.byteLength(purpose)}\n${purpose}`)
    .update(plain);
  return hash.digest().subarray(0, TAG_BYTES);
}
