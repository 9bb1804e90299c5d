import type { InvocationResult, ResultRef } from "#domain";
import { sourceAt } from "./support/fixed.ts";
import { createItem, createRun } from "./support/records.ts";
import { createWorldSource, type WorldSource } from "./support/world.ts";

/** With output. */
export const OUTPUT = { output: true, content: false };
/** With nothing that costs a call. */
export const NO_OUTPUT = { output: false, content: false };

/** The latest result of every run on every instance. */
export function refsOf(world: WorldSource): readonly ResultRef[] {
  return world.runs.flatMap((run) =>
    run.instances.map(({ instanceId }) => ({
      source: world.source,
      invokeId: run.invokeId,
      instanceId,
      execution: null,
    })),
  );
}

/** What was printed, or why it is not there. */
export function textOf(answer: InvocationResult | Error | null | undefined): string {
  if (answer instanceof Error || !answer?.output) return String(answer);
  return new TextDecoder().decode(answer.output.bytes);
}

/** Two runs on fifty instances each. */
export function createWideSource(): WorldSource {
  const source = sourceAt(0);
  return createWorldSource(source, {
    runs: ["t-1", "t-2"].map((invokeId) =>
      createRun({
        source,
        invokeId,
        creationTime: "2026-01-01T00:00:00.000Z",
        instances: Array.from({ length: 50 }, (_, serial) =>
          createItem({ source, invokeId, instanceId: `i-${serial}` }),
        ),
      }),
    ),
  });
}
