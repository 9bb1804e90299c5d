import { describe, expect, it } from "@jest/globals";
import { createSourceEventStream, type ExecutionResult, execute, parse } from "graphql";

import { InputError, type Invocation, silentTelemetry } from "#domain";
import { type GraphContext, toGlobalId } from "#graph";
import { createLoaders } from "#loaders";
import type { Services } from "#services";
import { createOperation } from "../support/operation.ts";
import { ANYONE, schema, stubServices } from "./ask.ts";
import { anInstanceInvocation, anInvocation, ecs, printed } from "./records.ts";

const ID = toGlobalId({ type: "Invocation", source: ecs, invokeId: "t-1" });

/** Everything that one subscription answers, each event with a context of its own. */
async function watch(watchInvocation: Services["watchInvocation"], selection: string, id = ID) {
  const asked = stubServices({ watchInvocation });
  const document = parse(`subscription { invocationUpdated(id: ${JSON.stringify(id)}) ${selection} }`);
  const contextOf = (): GraphContext => {
    const operation = createOperation();
    const loaders = createLoaders(asked.services, silentTelemetry, operation);
    return { services: asked.services, loaders, operation, sealer: { seal: () => "", open: () => null }, ...ANYONE };
  };
  const events = await createSourceEventStream({ schema, document, contextValue: contextOf() });
  const answers: unknown[] = [];
  if (!(Symbol.asyncIterator in events)) answers.push(toPlain(events));
  else {
    for await (const rootValue of events) {
      answers.push(toPlain(await execute({ schema, document, rootValue, contextValue: contextOf() })));
    }
  }
  return { answers, calls: asked.calls };
}

function toPlain({ data, errors }: ExecutionResult): unknown {
  const told = errors?.map(({ message, path, originalError }) => ({
    message,
    path,
    code: originalError instanceof InputError ? originalError.code : null,
  }));
  return JSON.parse(JSON.stringify({ data, errors: told }));
}

function states(...runs: readonly (Invocation | Error)[]): Services["watchInvocation"] {
  return async function* () {
    for (const run of runs) {
      if (run instanceof Error) throw run;
      yield run;
    }
  };
}

const running = anInvocation({ status: "RUNNING", rawStatus: "Running" });

describe("invocationUpdated", () => {
  it("answers each state of the run, and asks for no more than is selected", async () => {
    const { answers, calls } = await watch(states(running, anInvocation()), "{ id status isFinal }");
    expect(answers).toEqual([
      { data: { invocationUpdated: { id: ID, status: "RUNNING", isFinal: false } } },
      { data: { invocationUpdated: { id: ID, status: "SUCCESS", isFinal: true } } },
    ]);
    const projection = { output: false, content: false, details: false };
    expect(calls).toEqual([["watchInvocation", { type: "Invocation", source: ecs, invokeId: "t-1" }, projection]]);
  });

  it("asks for details, outputs and scripts where they are selected", async () => {
    const run = anInvocation({ instances: [anInstanceInvocation({ output: printed("ok") })] });
    const wantsOf = async (selection: string) => (await watch(states(run), selection)).calls[0]?.[2];
    expect({
      details: await wantsOf("{ instanceInvocations { nodes { exitCode } } }"),
      output: await wantsOf("{ instanceInvocations { nodes { result { output { text } } } } }"),
      groups: await wantsOf("{ outputGroups { count } }"),
      script: await wantsOf("{ command { content } }"),
    }).toEqual({
      details: { output: false, content: false, details: true },
      output: { output: true, content: false, details: false },
      groups: { output: true, content: false, details: true },
      script: { output: false, content: true, details: false },
    });
  });

  it("answers null and an error at the field, last, where the run is gone or cannot be read", async () => {
    const gone = new InputError("NOT_FOUND", "There is no such run.", "id");
    const { answers } = await watch(states(running, gone), "{ status }");
    expect(answers).toEqual([
      { data: { invocationUpdated: { status: "RUNNING" } } },
      {
        data: { invocationUpdated: null },
        errors: [{ message: "There is no such run.", path: ["invocationUpdated"], code: "NOT_FOUND" }],
      },
    ]);
  });

  it.each([
    ["an id that nobody gave out", "nonsense", "BAD_USER_INPUT"],
    ["the id of a server", toGlobalId({ type: "Instance", source: ecs, instanceId: "i-1" }), "BAD_USER_INPUT"],
    [
      "a run of a source that is not read",
      toGlobalId({ type: "Invocation", source: { ...ecs, regionId: "cn-nowhere" }, invokeId: "t-1" }),
      "NOT_FOUND",
    ],
  ])("is refused for %s, without watching", async (_what, id, code) => {
    const { answers, calls } = await watch(states(running), "{ status }", id);
    expect(answers).toMatchObject([{ errors: [{ path: ["invocationUpdated"], code }] }]);
    expect(calls).toEqual([]);
  });
});
