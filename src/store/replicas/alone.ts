import type { QuotaShare } from "#domain";
import type { Lease, Replica } from "./contract.ts";

/** A gateway that shares its store with nobody: everything is its own, and nothing costs a query. */
export function createLoneReplica(): Replica {
  const counts = new Map<string, number>();
  const count = (subject: string, by: number): void => {
    const duty = subject.slice(0, subject.indexOf("|"));
    counts.set(duty, (counts.get(duty) ?? 0) + by);
  };
  return {
    leases: {
      want(subject): Lease {
        count(subject, 1);
        let isWanted = true;
        return {
          isOurs: () => true,
          release() {
            if (isWanted) count(subject, -1);
            isWanted = false;
          },
        };
      },
      isOurs: () => true,
      held: () => counts,
    },
    turns: { take: async () => ({ hasWaited: false, end: () => {} }) },
    openQuotaShare: () => WHOLE,
    others: () => 0,
    stop: async () => {},
  };
}

const WHOLE: QuotaShare = {
  others: () => 0,
  held: () => Number.POSITIVE_INFINITY,
  grow: async () => {},
  teach: () => {},
};
