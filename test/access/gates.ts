import { type AccessFile, type Credentials, createGate, type Gate } from "#access";
import { createFakeClock, type FakeClock } from "../support/clock.ts";

/** A gate with a fake clock and the real network of this machine. */
export interface TestGate extends Gate {
  readonly clock: FakeClock;
  readonly warnings: string[];
  /** What a token gives: the caller's name and roles, or why not. */
  show(authorization: Credentials["authorization"], rest?: Partial<Credentials>): Promise<unknown>;
}

export function createTestGate(access: AccessFile, options: { readonly start?: number } = {}): TestGate {
  const clock = createFakeClock(options.start);
  const warnings: string[] = [];
  const gate = createGate({ access, clock, fetch, warn: (message) => warnings.push(message) });
  return {
    ...gate,
    clock,
    warnings,
    async show(authorization, rest = {}) {
      const result = await gate.authenticate({ authorization, headers: {}, remoteAddress: "127.0.0.1", ...rest });
      if ("refusal" in result) return { kind: result.refusal.kind, reason: result.refusal.reason };
      const { id, name, knownBy, roles, expiresAt } = result.caller;
      return { id, name, knownBy, roles, expiresAt };
    },
  };
}
