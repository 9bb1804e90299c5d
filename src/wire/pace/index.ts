/** Who may call which source when: quotas, turns, breakers. */
export type { AttemptEnd, BreakerSettings } from "./breaker.ts";
export type { QuotaTable } from "./quota-table.ts";
export { createTrafficPolicy, type TrafficPolicy } from "./traffic-policy.ts";
export { createTurns } from "./turns.ts";
