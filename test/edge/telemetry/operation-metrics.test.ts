import { expect, it } from "@jest/globals";
import { Registry } from "prom-client";
import { createOperationMetrics } from "../../../src/edge/telemetry/operation-metrics.ts";

it("measures a process once, however many gateways it holds", () => {
  const registries = [new Registry(), new Registry()];
  registries.forEach(createOperationMetrics);
  const [first, second] = registries.map((registry) =>
    registry.getMetricsAsArray().filter(({ name }) => !name.startsWith("gateway_")),
  );
  expect(first?.map(({ name }) => name)).toContain("nodejs_gc_duration_seconds");
  expect(first?.every((metric, index) => metric === second?.[index])).toBe(true);
});
