/** `yyyy-MM-ddTHH:mm:ssZ`, the form that both products use today; empty where there is no time. */
export function toWireTime(epochMs: number | null): string {
  return epochMs === null ? "" : `${new Date(epochMs).toISOString().slice(0, 19)}Z`;
}

/** `yyyy-MM-ddTHH:mmZ`: instances and ECS commands leave the seconds out. */
export function toWireMinute(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 16)}Z`;
}

/** `yyyy-MM-ddTHH:mm:ss`: SWAS DescribeCommandInvocations leaves the zone out; the value is UTC. */
export function toZonelessTime(epochMs: number | null): string {
  return toWireTime(epochMs).replace(/Z$/, "");
}
