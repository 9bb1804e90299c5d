import type { Clock } from "#domain";
import { type Audit, type AuditLine, createAudit, createRotatingFile } from "./audit/index.ts";
import { type AccessFile, describeWarnings, type KnownAccount, readAccessFile, watchFile } from "./file/index.ts";
import { createGate, createOpenGate, type Fetch, type Gate } from "./gate/index.ts";
import { createRateLimits, NO_LIMITS, type RateLimits } from "./limits/index.ts";
import { createRedactor, type Redactor } from "./redaction/index.ts";
import { type SignInIssuer, toSignInIssuers } from "./sign-in.ts";

/** Everything that one access file governs, in step with it while the file changes. */
export interface Access {
  readonly gate: Pick<Gate, "authenticate">;
  readonly limits: RateLimits;
  /** Null if nobody is known and no file for it is set. */
  readonly audit: Audit | null;
  /** The rules of the moment. */
  redactor(): Redactor;
  /** Where people can sign in at the moment. */
  signIn(): readonly SignInIssuer[];
  /** False if everybody may see everything. */
  readonly isRestricted: boolean;
  start(): void;
  /** Ends what watches, and resolves once the audit is written. */
  stop(): Promise<void>;
}

/** What access needs to know. */
export interface AccessOptions {
  /** The access file that the process started with; null for none. */
  readonly initial: { readonly path: string; readonly file: AccessFile } | null;
  /** For files that come later. */
  readonly accounts: readonly KnownAccount[];
  /** Where the audit goes; the log if null. */
  readonly auditFile: string | null;
  readonly clock: Clock;
  readonly fetch: Fetch;
  /** For the log. */
  readonly warn: (message: string) => void;
  readonly logAudit: (line: AuditLine) => void;
}

/** Begins with what the process was started with; the file is watched from `start` on. */
export function createAccess(options: AccessOptions): Access {
  const { initial, auditFile, clock, fetch, warn, logAudit } = options;
  const file = auditFile === null ? null : createRotatingFile({ path: auditFile, onProblem: warn, clock });
  const write = file === null ? logAudit : (line: AuditLine) => file.write(JSON.stringify(line));
  const audit = initial === null && file === null ? null : createAudit({ write, clock });
  const flush = async () => file?.flush();
  if (initial === null) return { ...createOpenAccess(clock), audit, stop: flush };
  const gate = createGate({ access: initial.file, clock, fetch, warn });
  const limits = createRateLimits(initial.file.limits, clock);
  let redactor = createRedactor(initial.file.redact);
  let issuers = toSignInIssuers(initial.file);
  let stopWatching = () => {};
  const warnOf = (file: AccessFile) => describeWarnings(file, clock.now()).forEach(warn);
  const take = (changed: AccessFile) => {
    warnOf(changed);
    redactor = createRedactor(changed.redact);
    issuers = toSignInIssuers(changed);
    limits.reload(changed.limits);
    gate.reload(changed);
  };
  return {
    gate,
    limits,
    audit,
    redactor: () => redactor,
    signIn: () => issuers,
    isRestricted: true,
    start() {
      warnOf(initial.file);
      gate.start();
      stopWatching = watch(options, initial, take);
    },
    async stop() {
      stopWatching();
      gate.stop();
      await flush();
    },
  };
}

function watch(
  { accounts, clock, warn }: AccessOptions,
  { path, file }: NonNullable<AccessOptions["initial"]>,
  onChange: (file: AccessFile) => void,
): () => void {
  let { version } = file;
  const onProblem = (problem: string) => warn(`${problem}\nThe access file that was read before stays in force.`);
  const onText = (text: string) => {
    try {
      const next = readAccessFile(text, path, { accounts });
      if (next.version === version) return;
      ({ version } = next);
      onChange(next);
    } catch (error) {
      onProblem(error instanceof Error ? error.message : `${path}: expected an access file, got something else.`);
    }
  };
  return watchFile({ path, clock, onText, onProblem }).stop;
}

/** Everybody, everything, without limits, and nothing written down. */
export function createOpenAccess(clock: Clock): Access {
  const redactor = createRedactor([]);
  return {
    gate: createOpenGate(),
    limits: createRateLimits({ default: NO_LIMITS, byName: new Map() }, clock),
    audit: null,
    redactor: () => redactor,
    signIn: () => [],
    isRestricted: false,
    start: () => {},
    stop: async () => {},
  };
}
