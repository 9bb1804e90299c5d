/** Why a database cannot be used, as one line for a person: what was expected, what came, what to do. Holds no password. */
export class DatabaseProblem extends Error {
  override readonly name = "DatabaseProblem";

  constructor(sentence: string) {
    super(`\`DATABASE_URL\`: ${sentence}`);
  }
}

const FULL = /^(53100|ENOSPC)$/;
/** A table or its schema is not there. Statements name only tables that migrations made, so somebody dropped it. */
const GONE = /^(42P01|3F000)$/;

/** Codes of Node.js and of PostgreSQL (its manual, appendix A), and what helps. */
const REMEDIES: readonly (readonly [pattern: RegExp, sentence: string])[] = [
  [
    /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|ECONNRESET|EPIPE)$/,
    "the server does not answer. Start it, or correct host and port.",
  ],
  [/^(ENOTFOUND|EAI_AGAIN)$/, "no server has this name. Correct the host."],
  [/^28/, "the server refuses the user. Correct user and password, or the server's pg_hba.conf."],
  [/^3D000$/, "the server has no database of this name. Create it, or correct the name."],
  [GONE, "its tables are gone. Restore them, or let the gateway make them anew."],
  [/^42501$/, "the user may not create or use the tables. Grant it CREATE on the database."],
  [FULL, "the disk is full. Free some space, or lower RETENTION_DAYS."],
  [/^(53300|53400)$/, "the server takes no more connections. Raise max_connections, or put a pooler in front."],
  [/^(57P0[1-5]|25006)$/, "the server starts, stops or is a read-only standby. Wait, or name the primary."],
  [/^(EACCES|EPERM|EROFS)$/, "the folder cannot be written. Correct its owner, or name another."],
  [/^(ENOTDIR|EEXIST|ENOENT)$/, "the folder cannot be made here. Name another."],
  [/CERT|SSL|TLS|SELF_SIGNED/, "the server's certificate cannot be trusted. Add sslmode and sslrootcert to the URL."],
];

/** Says what is wrong with a database that cannot be used. Texts of servers are left out: they may hold what was asked. */
export function toDatabaseProblem(error: unknown): DatabaseProblem {
  if (error instanceof DatabaseProblem) return error;
  const code = codeOf(error);
  const remedy = REMEDIES.find(([pattern]) => code !== null && pattern.test(code))?.[1];
  const reason =
    remedy ??
    (isTimeout(error)
      ? "the server does not answer in time. Correct host and port, or free the server."
      : "the database cannot be used.");
  return new DatabaseProblem(
    `expected a database that can be read and written, but ${reason}${code === null ? "" : ` (${code})`}`,
  );
}

/**
 * True for an error that says nothing about the statement: the database is away, full or refuses, or its tables are gone. Other errors
 * of the statement itself (classes 22, 23, 42) are faults of this program and are never passed over.
 */
export function isUnavailable(error: unknown): boolean {
  const code = codeOf(error);
  if (code === null) return /timeout|connection|terminated|closed|ended/i.test(messageOf(error));
  return (
    SYSTEM_CODE.test(code) || (SQL_STATE.test(code) && !/^(22|23|42)/.test(code)) || code === "42501" || GONE.test(code)
  );
}

/** True for an error that says that the database has no room for what was to be written. */
export function isFull(error: unknown): boolean {
  return FULL.test(codeOf(error) ?? "");
}

const SYSTEM_CODE = /^E[A-Z]+$/;
const SQL_STATE = /^[0-9A-Z]{5}$/;

/** The code of an error of Node.js or PostgreSQL; null if it has none. */
export function codeOf(error: unknown): string | null {
  if (typeof error !== "object" || error === null) return null;
  // Node.js tries every address of a host and tells of all.
  if ("errors" in error && Array.isArray(error.errors) && error.errors.length > 0) return codeOf(error.errors[0]);
  return "code" in error && typeof error.code === "string" ? error.code : null;
}

function messageOf(error: unknown): string {
  return typeof error === "object" && error !== null && "message" in error ? String(error.message) : "";
}

function isTimeout(error: unknown): boolean {
  return /timeout/i.test(messageOf(error));
}
