import { type Invocation, type InvocationQuery, type Operation, type Source, silentTelemetry } from "#domain";
import {
  createPaging,
  createReader,
  createRunListReader,
  DEFAULT_ZONES,
  type Fields,
  isFields,
  listKey,
  type PageShape,
  type PagingParameters,
  type Reading,
  RUN_ENVELOPE,
  type RunList,
  readPage,
  readRun,
  statusOfRun,
  toInstanceInvocation,
} from "#upstreams";
import type { Call } from "#wire";
import type { FakeClock } from "../../support/clock.ts";
import { invocation } from "../stub.ts";

const ACTION = "DescribeInvocations";

/**
 * Opens the lists of a third product, cloud desktops (API version 2020-09-30), with what the room offers to adapters alone:
 * tokens only, flat lists, and `InvokeDesktops` with a `DesktopId` each.
 */
export function createDesktopLists(source: Source, call: Call, clock: FakeClock): (query: InvocationQuery) => RunList {
  const paging = createPaging(clock, { hasTokens: true });
  const reader = createReader({ source, telemetry: silentTelemetry, zones: DEFAULT_ZONES });

  async function ask(
    filter: { readonly DesktopId: string | undefined },
    { maxResults, nextToken }: PagingParameters,
    operation: Operation,
  ): Promise<PageShape<Invocation>> {
    const parameters = { RegionId: source.regionId, ...filter, MaxResults: maxResults, NextToken: nextToken };
    const answer = await call({ source, version: "2020-09-30", action: ACTION, parameters }, operation);
    const reading = reader(ACTION, answer);
    return readPage(answer.body, RUN_ENVELOPE, reading, (fields) => toInvocation(fields, reading));
  }

  return ({ instanceId, ...rest }) => {
    const filter = { DesktopId: instanceId };
    const key = listKey("invocations", filter);
    return {
      key,
      applied: instanceId === undefined ? {} : { instanceId },
      isExact: Object.keys(rest).length === 0,
      ...createRunListReader({
        source,
        action: ACTION,
        key,
        paging,
        ask: (sent, operation) => ask(filter, sent, operation),
      }),
    };
  };
}

function toInvocation(fields: Fields, reading: Reading): Invocation {
  const run = readRun({ ...fields, InvokeInstances: toInstances(fields.InvokeDesktops) }, reading);
  const invokeId = run.invokeId ?? reading.fail("a run has no InvokeId");
  const { source, readFrom } = reading;
  const instances = run.instances.map((shape) => {
    const surroundings = {
      source,
      invokeId,
      instanceId: shape.instanceId ?? "",
      commandId: null,
      username: null,
      readFrom,
    };
    return toInstanceInvocation(shape, run, surroundings, undefined, shape.isDetailed);
  });
  const status = statusOfRun({ ...run, instances });
  const rest = { status, rawStatus: run.told?.rawStatus ?? null, creationTime: run.creationTime, instances };
  return { ...invocation(source, invokeId), ...rest, readFrom };
}

function toInstances(desktops: unknown): unknown {
  if (!Array.isArray(desktops)) return desktops;
  return desktops.map((desktop) => (isFields(desktop) ? { ...desktop, InstanceId: desktop.DesktopId } : desktop));
}
