/** What several gateways on one database agree on, so that together they ask upstreams as one does. */
export { createLoneReplica } from "./alone.ts";
export type { Lease, Leases, ReadingTurns, Replica } from "./contract.ts";
export { joinReplicas } from "./replica.ts";
