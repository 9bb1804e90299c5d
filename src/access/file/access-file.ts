import type { Provider } from "#domain";
import type { LimitTable } from "../limits/index.ts";
import type { RedactionRule } from "../redaction/index.ts";
import type { Role } from "../rights/index.ts";

/** Who may see what: an access file that was read and checked. */
export interface AccessFile {
  /** The same whenever the text is the same. */
  readonly version: string;
  readonly oidc: readonly OidcSettings[];
  readonly proxy: ProxySettings | null;
  readonly keys: readonly KeySettings[];
  readonly roles: ReadonlyMap<string, Role>;
  /** Roles of every known caller. */
  readonly everyone: readonly string[];
  readonly redact: readonly RedactionRule[];
  readonly limits: LimitTable;
  /** What of the file gives nothing, and was probably not meant so: a sentence each, with its line. */
  readonly doubts: readonly string[];
}

/** An account of the gateway, and the regions that it reads of each product: ids, or `all` among them. */
export interface KnownAccount extends Readonly<Record<`${Lowercase<Provider>}Regions`, readonly string[]>> {
  readonly alias: string;
}

/** An OpenID Connect issuer whose tokens are accepted. */
export interface OidcSettings {
  /** Exactly as tokens name it. */
  readonly issuer: string;
  /** A token has to be meant for one of these. */
  readonly audience: readonly string[];
  /** Asymmetric ones only. */
  readonly algorithms: readonly string[];
  /** A list, or a text with spaces between. Dots lead into objects, as `realm_access.roles`. */
  readonly rolesClaim: string;
  readonly nameClaim: string;
  /** Client that people sign in with from the page and the command line; null if they cannot. */
  readonly clientId: string | null;
  /** File and line that name the issuer, for the log. */
  readonly writtenAt: string;
}

/** An authenticating proxy in front, whose headers are believed if they come from one of its addresses. */
export interface ProxySettings {
  /** CIDR blocks. */
  readonly from: readonly string[];
  /** In lower case. */
  readonly userHeader: string;
  readonly rolesHeader: string | null;
}

/** An API key, known by its hash alone. */
export interface KeySettings {
  readonly name: string;
  /** SHA-256 of the whole key, 64 hexadecimal digits in lower case. */
  readonly sha256: string;
  readonly roles: readonly string[];
  /** Epoch milliseconds; null if it never expires. */
  readonly expiresAt: number | null;
}

/** An access file that cannot be used: every fault at once, each with file, line, place, what was expected and what came. */
export class AccessFileError extends Error {
  override readonly name = "AccessFileError";
  readonly problems: readonly string[];

  constructor(fileName: string, problems: readonly string[]) {
    super([`The access file ${fileName} cannot be used:`, ...problems.map((line) => `  ${line}`)].join("\n"));
    this.problems = problems;
  }
}
