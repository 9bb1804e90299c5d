import { expect } from "@jest/globals";
import { systemClock } from "../../src/system-clock.ts";
import { type ClockAhead, createClockAhead } from "../support/clock-ahead.ts";
import { ecsRun, swasRun } from "./bodies.ts";
import { type Rig, startRig } from "./rig.ts";
import type { FarCall, FarFault, Places } from "./upstream.ts";
import { createPlace, manyRuns } from "./world.ts";

/** The gateway of the test that runs. */
export let rig: Rig;
/** Its clock: on a slow machine, a list that is left alone for half a minute must not be old because a walk takes seconds. */
let clock: ClockAhead;

/** Pauses between attempts are short. */
const toShort = (ms: number): number => (ms <= 5_000 ? ms / 20 : ms);

export const SERVER = "8".repeat(32);
export const PAGE = `query ($after: String, $filter: InvocationFilter) { invocations(first: 20, after: $after, filter: $filter) {
  nodes { invokeId } totalCount pageInfo { hasNextPage endCursor } sources { ok isComplete error { code message } } } }`;

export type Respond = (call: FarCall, number: number) => FarFault;
export const ok = (body: object): FarFault => ({ status: 200, body: { RequestId: "R", ...body } });
export const runs = (count: number) => manyRuns(count, "t-h");
export const ecs =
  (count: number, paging: (call: FarCall, number: number) => object): Respond =>
  (call, number) =>
    ok({ ...paging(call, number), Invocations: { Invocation: runs(count).map((run) => ecsRun(run, call.asked)) } });
export const swas =
  (count: number, paging: object): Respond =>
  () => {
    const { habits } = createPlace([]);
    return ok({
      ...paging,
      CommandInvocations: manyRuns(count, "t-h", { instanceId: SERVER }).map((run) => swasRun(run, habits)),
    });
  };
export const tokenOf = ({ asked }: FarCall) => asked.get("NextToken");

/** Starts a gateway over one region that answers lists like this. */
export async function start(product: "ECS" | "SWAS", respond: Respond) {
  await startAt({ [`${product}/cn-hangzhou`]: createPlace([]) }, respond);
}

/** Starts one over these places, of which the upstream answers some calls like this. */
export async function startAt(places: Places, respond: (...given: Parameters<Respond>) => FarFault | null) {
  clock = createClockAhead({ ...systemClock, sleep: (ms, signal) => systemClock.sleep(toShort(ms), signal) });
  rig = await startRig(places, {}, clock);
  rig.far.interfere = respond;
}

/** Walks at most six pages, and tells of each what came and how many calls it cost. */
export async function walk(filter: object = {}) {
  const pages = [];
  let after: string | null = null;
  for (let number = 1; number <= 6; number += 1) {
    const before = rig.far.calls.length;
    const { data, errors }: Awaited<ReturnType<Rig["ask"]>> = await rig.ask(PAGE, { after, filter });
    expect(errors).toBeUndefined();
    const { nodes, pageInfo, sources, totalCount } = data.invocations;
    const ids: string[] = nodes.map((node: { invokeId: string }) => node.invokeId);
    pages.push({ ids, calls: rig.far.calls.length - before, more: pageInfo.hasNextPage, sources, totalCount });
    if (!pageInfo.hasNextPage) break;
    after = pageInfo.endCursor;
    expect(after?.length).toBeLessThanOrEqual(120 + 64 * sources.length);
  }
  return {
    pages,
    last: pages.at(-1),
    ids: pages.flatMap((page) => page.ids),
    calls: pages.map((page) => page.calls),
    end: after,
  };
}

export const idsOf = (count: number) => runs(count).map(({ invokeId }) => invokeId);
export const failing = (message: string) => [
  { ok: false, isComplete: false, error: { code: "BAD_RESPONSE", message: expect.stringContaining(message) } },
];

/** A little more than half a minute later, by the gateway's clock: a list that was left alone is tried again. */
export function later<Value>(act: () => Promise<Value>): Promise<Value> {
  clock.pass(32_000);
  return act();
}
