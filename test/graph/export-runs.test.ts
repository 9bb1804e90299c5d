import { describe, expect, it } from "@jest/globals";
import { runPieces } from "../../src/graph/export/runs.ts";
import { createFixedSource } from "../services/support/fixed.ts";
import { createGateway } from "../services/support/gateway.ts";
import type { Behaviour } from "../services/support/world.ts";
import { createOperation } from "../support/operation.ts";

/** Exports 300 runs of a source that behaves like this. */
async function exportAll(behaviour: Partial<Behaviour>) {
  const { services } = createGateway([Object.assign(createFixedSource(0, 300), behaviour)]);
  const missing: string[] = [];
  const parts: number[] = [];
  let firstPages = 0;
  const counted: typeof services = {
    ...services,
    pageInvocations: (args, ...rest) => {
      if (args.after === null) firstPages += 1;
      return services.pageInvocations(args, ...rest);
    },
  };
  const pieces = runPieces(
    {},
    {
      services: counted,
      step: (work) => work(createOperation()),
      toPiece: (rows) => {
        parts.push(rows.length);
        return Buffer.alloc(0);
      },
      missing,
    },
  );
  const error = await (async () => {
    for await (const piece of pieces) expect(piece).toHaveLength(0);
    return null;
  })().catch(String);
  return { missing, parts, firstPages, error };
}

describe("the rows of an export", () => {
  it("are an error at their end if a list contradicts itself behind the first page", async () => {
    const writeToken = (token: string, call: number): string => (call < 5 ? token : '["9",0,"t"]#1');
    const { missing, parts, error } = await exportAll({ mode: () => "token", writeToken });
    expect([missing, parts[0], error]).toEqual([
      [],
      100,
      "InputError: The rows of a source are not whole: ECS cn-region-10 default: BAD_RESPONSE.",
    ]);
  });

  it("read the first page once if a list shows records that cannot be read", async () => {
    expect(await exportAll({ unreadableCount: 1 })).toMatchObject({
      missing: ["ECS cn-region-10 default"],
      firstPages: 1,
      error: null,
    });
  });
});
