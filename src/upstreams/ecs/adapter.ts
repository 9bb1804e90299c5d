import type { Clock, UpstreamError } from "#domain";
import type { Product, Upstream, UpstreamOptions } from "../contract/index.ts";
import { createPaging, createStatusFilter } from "../lists/index.ts";
import { createReader, DEFAULT_ZONES, listRegions } from "../mapping/index.ts";
import type { AdapterContext, Refusals } from "./context.ts";
import { description } from "./description.ts";
import { openResultList, readResults } from "./results.ts";
import { createIncludedOutputs, findRun, openLists, readInvocation, readNewest, STATUS_WORDS } from "./runs.ts";
import { createServerLists, readAgentStates, readInstances, SERVERS_PER_CALL } from "./servers.ts";
import { createTimedProbe } from "./timed-probe.ts";

/** The runs, results and servers of one ECS region, by the actions DescribeInvocations, DescribeInvocationResults and DescribeInstances. */
export function createEcsUpstream(options: UpstreamOptions): Upstream {
  const { source, call, telemetry, clock, zones = DEFAULT_ZONES } = options;
  const reader = createReader({ source, telemetry, zones, clock });
  const ask: AdapterContext["ask"] = (action, parameters, operation) =>
    call(
      { source, version: description.version, action, parameters: { RegionId: source.regionId, ...parameters } },
      operation,
    );
  const runPaging = createPaging(clock, { hasTokens: true });
  const statusFilter = createStatusFilter(clock, { words: STATUS_WORDS, inexact: new Set() });
  const includedOutputs = createIncludedOutputs();
  const probing = { reader, ask, runPaging, statusFilter, includedOutputs };
  const context: AdapterContext = {
    source,
    reader,
    runPaging,
    resultPaging: createPaging(clock, { hasTokens: true }),
    serverPaging: createPaging(clock, { hasTokens: true, maxPageSize: SERVERS_PER_CALL }),
    agentPaging: createPaging(clock, { hasTokens: true }),
    managedPaging: createPaging(clock, { hasTokens: true }),
    timedProbe: createTimedProbe(
      clock,
      (filter, operation) => findRun(probing, filter, operation),
      (operation) => readNewest(probing, operation),
    ),
    withoutHistory: createRefusals(clock),
    notOffered: createRefusals(clock),
    statusFilter,
    includedOutputs,
    ask,
  };
  return {
    source,
    openLists: (query, projection, operation) => openLists(context, query, projection, operation),
    readInvocation: (invokeId, projection, operation) => readInvocation(context, invokeId, projection, operation),
    readResults: (query, _wants, operation) => readResults(context, query, operation),
    openResultList: (query) => openResultList(context, query),
    readInstances: (instanceIds, operation) => readInstances(context, instanceIds, operation),
    serverLists: createServerLists(context),
    readAgentStates: (instanceIds, operation) => readAgentStates(context, instanceIds, operation),
  };
}

const REMEMBERED_MAX = 1_000;

/** The same refusal may have another reason for once. */
const REMEMBERED_MS = 600_000;

/** Remembers for ten minutes what was refused, the latest ones alone. */
function createRefusals(clock: Clock): Refusals {
  const refused = new Map<string, { readonly refusal: UpstreamError; readonly until: number }>();
  return {
    get(id) {
      const known = refused.get(id);
      return known !== undefined && clock.elapsed() < known.until ? known.refusal : undefined;
    },
    add(id, refusal) {
      refused.delete(id);
      refused.set(id, { refusal, until: clock.elapsed() + REMEMBERED_MS });
      for (const oldest of refused.keys()) if (refused.size > REMEMBERED_MAX) refused.delete(oldest);
    },
  };
}

/** The product ECS. */
export const ecs: Product = {
  description,
  createUpstream: createEcsUpstream,
  listRegions: (...asked) => listRegions({ ...description, action: "DescribeRegions" }, ...asked),
};
