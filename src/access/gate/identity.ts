/** Who a credential stands for, before rights are looked up. */
export interface Identity {
  /** Unique among all ways of being known. */
  readonly id: string;
  readonly name: string;
  readonly knownBy: "oidc" | "key" | "proxy";
  /** As the credential names them; those that the file does not know give nothing. */
  readonly roles: readonly string[];
  /** Epoch milliseconds; null for no end. */
  readonly expiresAt: number | null;
}

const MAX_NAME_LENGTH = 200;

/** A name fit for logs and pages: one line, bounded. */
export function toName(text: string): string {
  return text
    .replace(/[\p{C}\p{Z}]+/gu, " ")
    .trim()
    .slice(0, MAX_NAME_LENGTH);
}
