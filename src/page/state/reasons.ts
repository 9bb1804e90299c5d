import type { Server } from "./server-list.ts";
import { FAILED_STATES } from "./statuses.ts";

/** Servers that failed alike. */
export interface Reason {
  /** The vendor's code; null when only the exit code says it. */
  readonly code: string | null;
  readonly exitCode: number | null;
  readonly info: string | null;
  readonly remedy: string | null;
  readonly servers: readonly Server[];
}

/** Why servers failed, the most frequent reason first. */
export function groupReasons(servers: readonly Server[]): readonly Reason[] {
  const groups = new Map<string, Server[]>();
  for (const server of servers) {
    if (!FAILED_STATES.includes(server.status)) continue;
    const key = `${server.error?.code ?? server.status}/${server.exitCode}`;
    groups.set(key, [...(groups.get(key) ?? []), server]);
  }
  const reasons = [...groups.values()].map((alike) => ({
    code: alike[0]?.error?.code ?? null,
    exitCode: alike[0]?.exitCode ?? null,
    info: alike[0]?.error?.info ?? null,
    remedy: alike[0]?.error?.remedy ?? null,
    servers: alike,
  }));
  return reasons.sort((one, other) => other.servers.length - one.servers.length);
}
