import { expect, it } from "@jest/globals";
import type { Invocation } from "#domain";
import { createMemoryStore, type KeptProjection, type RunAsked, type RunStore, type StoredRun } from "#store";
import { createOperation } from "../support/operation.ts";
import { NEWEST, sourceAt } from "./support/fixed.ts";
import { createGateway, PLAIN } from "./support/gateway.ts";
import { createItem, createRun } from "./support/records.ts";
import { createWorldSource } from "./support/world.ts";

const source = sourceAt(0);
const PRINTED = { ...PLAIN, output: true };

const RUNS = [0, 1, 2].map((n) => {
  const invokeId = `t-${n}`;
  const instances = [0, 1, 2].map((server) => {
    const output = { bytes: Buffer.from(`${invokeId} ${server}`), droppedBytes: null };
    return createItem({ source, invokeId, instanceId: `i-${server}`, commandId: "c-1", output });
  });
  return createRun({ source, invokeId, creationTime: new Date(NEWEST - n).toISOString(), instances });
});

/** A keeper that leaves outputs out where it may, as a database does, and notes what runs it is asked for. */
function createLeavingOut() {
  const store = createMemoryStore({ bytesMax: 1_000_000 });
  const asked: (readonly [KeptProjection["output"], readonly Pick<RunAsked, "invokeId" | "instanceIds">[]])[] = [];
  const leaveOut = (run: Invocation): Invocation => {
    const instances = run.instances.map((one) => (one.output ? { ...one, output: undefined, keptOutput: {} } : one));
    return { ...run, instances };
  };
  const tell = (stored: StoredRun, { output }: KeptProjection): StoredRun =>
    output === true ? stored : { ...stored, run: leaveOut(stored.run) };
  const readRuns: RunStore["readRuns"] = async (refs, projection) => {
    asked.push([projection.output, refs.map(({ invokeId, instanceIds }) => ({ invokeId, instanceIds }))]);
    const found = await store.readRuns(refs, projection);
    return found.map((stored) => stored && tell(stored, projection));
  };
  const readPage: RunStore["readPage"] = async (request) => {
    asked.push([request.projection.output, []]);
    return (await store.readPage(request)).map((stored) => tell(stored, request.projection));
  };
  return { store: { ...store, readRuns, readPage }, asked };
}

async function createScene() {
  const { store, asked } = createLeavingOut();
  const own = createWorldSource(source);
  own.runs = RUNS;
  const { services, clock } = createGateway([own], { store });
  await services.pageInvocations({ first: 3 }, {}, PLAIN, createOperation());
  await services.pageResults({ first: 3 }, { source, instanceId: "i-1" }, PLAIN, createOperation());
  await store.write({ source, readAt: clock.now(), runs: RUNS });
  // What the lists of the source are called is written down once, too.
  await services.pageInvocations({ first: 3 }, {}, PLAIN, createOperation());
  asked.length = 0;
  return { services, asked };
}

it("a page asks no more than the word that outputs are known, and once if nothing was written meanwhile", async () => {
  const { services, asked } = await createScene();
  const operation = createOperation();
  const { edges } = await services.pageInvocations({ first: 3 }, {}, PRINTED, operation);
  const told = edges.flatMap(({ node }) => node.instances.map(({ output, keptOutput }) => [output, keptOutput]));
  expect([told, operation.spent]).toEqual([Array(9).fill([undefined, {}]), []]);
  expect(asked.map(([output, runs]) => [output, runs.length])).toEqual(asked.map(() => ["KEPT", 0]));
});

it("outputs are read as they are kept, and no others with them", async () => {
  const { services, asked } = await createScene();
  const operation = createOperation();
  const ref = { source, invokeId: "t-1", instanceId: "i-2" };
  const unknown = { ...ref, invokeId: "t-9" };
  const found = await services.readOutputs([ref, unknown, { ...ref, instanceId: "i-0" }], operation);
  expect(found.map((one) => one && Buffer.from(one.output?.bytes ?? []).toString())).toEqual(["t-1 2", null, "t-1 0"]);
  expect(operation.spent).toEqual([]);
  expect(asked).toEqual([
    [
      true,
      [
        { invokeId: "t-1", instanceIds: ["i-2", "i-0"] },
        { invokeId: "t-9", instanceIds: ["i-2"] },
      ],
    ],
  ]);
});

it("a page of results reads the outputs of its rows alone", async () => {
  const { services, asked } = await createScene();
  const operation = createOperation();
  const filter = { source, instanceId: "i-1" };
  const { edges } = await services.pageResults({ first: 2 }, filter, PRINTED, operation);
  expect(edges.map(({ node }) => Buffer.from(node.output?.bytes ?? []).toString())).toEqual(["t-0 1", "t-1 1"]);
  const read = asked.filter(([output]) => output === true);
  expect(read).toEqual([[true, ["t-0", "t-1"].map((invokeId) => ({ invokeId, instanceIds: ["i-1"] }))]]);
});
