/** Why a credential source gave no keys, in words that hold nothing of what it said: that may be keys. */
export class CredentialSourceError extends Error {
  override readonly name = "CredentialSourceError";
  readonly reason: string;
  /** True if the source could not be asked, or did not answer as such a source does: it may do so later. */
  readonly isDown: boolean;

  constructor(reason: string, isDown: boolean) {
    super(reason);
    this.reason = reason;
    this.isDown = isDown;
  }
}

/** The code of an error of the network or the file system, as `ECONNREFUSED`. */
export function readErrorCode(error: unknown): string | null {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : null;
  return typeof code === "string" && /^[A-Z][A-Z_]{1,40}$/.test(code) ? code : null;
}

/** The vendor's code in an answer, or in a text around one. */
export function readVendorCode(text: string): string | null {
  const code = /"Code"\s*:\s*"([A-Za-z]+(?:\.[A-Za-z]+)*)"/.exec(text)?.[1];
  return code !== undefined && code.length <= 64 ? code : null;
}
