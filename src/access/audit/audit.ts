import type { Clock } from "#domain";
import type { AuditedOperation, AuditLine, Handout } from "./entry.ts";

/** Who read which output: one line for each operation that outputs or command texts were handed out to, or refused. */
export interface Audit {
  /** Begins to note one operation, or one event of a subscription. */
  begin(operation: AuditedOperation): AuditRecord;
}

/** What one operation reads. */
export interface AuditRecord {
  handOut(handout: Handout): void;
  /** Somebody asked for a kind that the view does not give. */
  refuse(kind: Handout["kind"], run: string | null): void;
  /** Writes what was noted: a line for what was handed out, one for what was refused, none for neither. */
  end(): void;
}

/** @param write takes one line without its end; it must not throw. */
export function createAudit({
  write,
  clock,
}: {
  readonly write: (line: AuditLine) => void;
  readonly clock: Pick<Clock, "now">;
}): Audit {
  return {
    begin(operation) {
      const allowed = createTally();
      const refused = createTally();
      const describe = (outcome: AuditLine["outcome"], tally: Tally): AuditLine => {
        const { caller, ...rest } = operation;
        const who = { caller: caller.name, callerId: caller.id, knownBy: caller.knownBy };
        return { time: new Date(clock.now()).toISOString(), ...who, ...rest, outcome, ...tally.sum() };
      };
      return {
        handOut: ({ kind, run, instanceId, bytes }) => allowed.add(kind, run, instanceId, bytes),
        refuse: (kind, run) => refused.add(kind, run, null, 0),
        end() {
          if (!allowed.isEmpty()) write(describe("allowed", allowed));
          if (!refused.isEmpty()) write(describe("refused", refused));
        },
      };
    },
  };
}

type Tally = ReturnType<typeof createTally>;

function createTally() {
  const kinds = new Set<string>();
  const runs = createNames();
  const instances = createNames();
  let bytes = 0;
  return {
    add(kind: string, run: string | null, instanceId: string | null, size: number): void {
      kinds.add(kind);
      if (run !== null) runs.add(run);
      if (instanceId !== null) instances.add(instanceId);
      bytes += size;
    },
    isEmpty: () => kinds.size === 0,
    sum: () => ({
      kinds: [...kinds].sort(),
      runs: runs.first,
      runCount: runs.count,
      instances: instances.first,
      instanceCount: instances.count,
      bytes,
    }),
  };
}

/** Names that occurred: the first hundred one by one, of all the number. */
interface Names {
  add(name: string): void;
  readonly first: readonly string[];
  readonly count: number;
}

const MAX_LISTED = 100;
// More than any operation has; an export that passes it counts on without telling names apart.
const MAX_DISTINCT = 50_000;

/** Counts distinct names, up to 50,000; beyond, each name that is new or too late counts. */
function createNames(): Names {
  const seen = new Set<string>();
  let beyond = 0;
  return {
    add(name) {
      if (seen.has(name)) return;
      if (seen.size < MAX_DISTINCT) seen.add(name);
      else beyond += 1;
    },
    get first() {
      return [...seen].slice(0, MAX_LISTED);
    },
    get count() {
      return seen.size + beyond;
    },
  };
}
