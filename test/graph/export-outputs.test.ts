import { describe, expect, it } from "@jest/globals";

import type { Operation } from "#domain";
import { openExport } from "#graph";
import { toGlobalId } from "../../src/graph/declarations/index.ts";
import { createOperation } from "../support/operation.ts";
import { schema, stubServices } from "./ask.ts";
import { anInstanceInvocation, anInvocation } from "./records.ts";

/** Exports what servers printed: the pieces, how many turns were waited for, and what was read before each piece. */
async function exportOutputs(bytes: Uint8Array, servers = 6) {
  const instances = Array.from({ length: servers }, (_, index) =>
    anInstanceInvocation({ instanceId: `i-${index + 1}`, output: { bytes, droppedBytes: 0 } }),
  );
  const run = anInvocation({ instances });
  const reads: number[] = [];
  const { services } = stubServices({
    readInvocations: async () => [run],
    readResults: async (refs) => {
      reads.push(refs.length);
      return refs.map(() => null);
    },
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
  const { pieces } = openExport(new URLSearchParams({ id, format: "text" }), {
    schema,
    services,
    guard,
    step: (work) => work(operation),
  });
  const written: string[] = [];
  const readBefore: number[] = [];
  for await (const piece of pieces) {
    written.push(String(Buffer.from(piece)));
    readBefore.push(reads.reduce((sum, count) => sum + count, 0));
  }
  return {
    written: written.join(""),
    turns,
    outputs: written.map((piece) => piece.split("==>").length - 1),
    readBefore,
  };
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
    const { written, turns } = await exportOutputs(Buffer.from("größer\n"));
    expect([written, turns]).toEqual([whole("größer\n"), 0]);
  });

  it("comes in pieces of 256 KB, each read when it is asked for, and every output once", async () => {
    const { outputs, readBefore, written } = await exportOutputs(Buffer.alloc(24_000, "x"), 70);
    expect(outputs).toEqual([11, 11, 11, 11, 6, 11, 9]);
    expect(readBefore).toEqual([50, 50, 50, 50, 50, 70, 70]);
    expect(written.match(/i-\d+/g)).toEqual(Array.from({ length: 70 }, (_, index) => `i-${index + 1}`).sort());
  });
});
