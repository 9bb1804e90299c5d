/** Why somebody is not signed in. */
export type SignInFailureKind =
  /** The page came over plain http from another machine: browsers then lend no cryptography. */
  | "INSECURE"
  /** The browser keeps nothing for this page, so that nothing outlasts the way to the issuer and back. */
  | "NO_STORAGE"
  /** The issuer does not answer, or not to this page. */
  | "UNREACHABLE"
  /** The answer belongs to no sign-in that this tab began. */
  | "FOREIGN"
  /** The issuer said no, in its own words. */
  | "REFUSED"
  /** The issuer's answer is not as the protocol has it. */
  | "BROKEN"
  /** No token of the answer is meant for the gateway. */
  | "NO_TOKEN";

/** A sign-in that failed. */
export class SignInError extends Error {
  override readonly name = "SignInError";
  readonly kind: SignInFailureKind;
  /** What the issuer said, or which name it is about; null if the kind says all. */
  readonly said: string | null;

  constructor(kind: SignInFailureKind, said: string | null = null) {
    super(said === null ? kind : `${kind}: ${said}`);
    this.kind = kind;
    this.said = said;
  }
}
