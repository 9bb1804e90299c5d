import { describe, expect, it } from "@jest/globals";

import type { Operation } from "#domain";
import { openExport } from "#graph";
import { toGlobalId } from "../../src/graph/declarations/index.ts";
import { createOperation } from "../support/operation.ts";
import { schema, stubServices } from "./ask.ts";
import { anInstanceInvocation, anInvocation } from "./records.ts";

/** Exports what six servers printed: the text, and how many turns were waited for. */
async function exportOutputs(bytes: Uint8Array) {
  const instances = [1, 2, 3, 4, 5, 6].map((each) =>
    anInstanceInvocation({ instanceId: `i-${each}`, output: { bytes, droppedBytes: 0 } }),
  );
  const run = anInvocation({ instances });
  const { services } = stubServices({
    readInvocations: async () => [run],
    readResults: async (refs) => refs.map(() => null),
  });
  let turns = 0;
  const turn = async () => {
    turns += 1;
  };
  const operation: Operation = { ...createOperation(), turn };
  const guard = {
    isGiven: () => true,
    refuse: () => {
      throw new Error("Nothing is refused.");
    },
    note() {},
  };
  const id = toGlobalId({ type: "Invocation", source: run.source, invokeId: run.invokeId });
  const { texts } = openExport(new URLSearchParams({ id, format: "text" }), {
    schema,
    services,
    guard,
    step: (work) => work(operation),
  });
  let written = "";
  for await (const text of texts) written += text;
  return { written, turns };
}

describe("an export of outputs", () => {
  const whole = (text: string) =>
    [1, 2, 3, 4, 5, 6].map((each) => `==> i-${each}: SUCCESS, exit code 0\n${text}`).join("");

  it("waits for a turn before each one that takes long to decode", async () => {
    const text = "hello\r\n".repeat(800);
    const { written, turns } = await exportOutputs(Buffer.from(text, "utf16le"));
    expect([written, turns]).toEqual([whole(text), 5]);
  });

  it("waits for none if they are UTF-8", async () => {
    expect(await exportOutputs(Buffer.from("größer\n"))).toEqual({ written: whole("größer\n"), turns: 0 });
  });
});
