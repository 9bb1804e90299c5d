import type { Operation, Source, UpstreamError } from "#domain";
import type { Call, CallRequest } from "#wire";
import type { Paging, PagingParameters, StatusFilter } from "../lists/index.ts";
import type { Reader, RunShape } from "../mapping/index.ts";
import type { TimedProbe } from "./timed-probe.ts";

/** The business parameters of a call. */
export type Parameters = CallRequest["parameters"];

/** What was refused lately, by what was asked for. */
export interface Refusals {
  get(id: string): UpstreamError | undefined;
  add(id: string, refusal: UpstreamError): void;
}

/** What one adapter works with and remembers. */
export interface AdapterContext {
  readonly source: Source;
  readonly reader: Reader;
  readonly runPaging: Paging;
  readonly resultPaging: Paging;
  readonly serverPaging: Paging;
  readonly agentPaging: Paging;
  readonly managedPaging: Paging;
  readonly timedProbe: TimedProbe;
  /** Runs whose history the upstream refused lately, and how. */
  readonly withoutHistory: Refusals;
  /** Actions that the region lately answered it does not offer, and how. */
  readonly notOffered: Refusals;
  readonly statusFilter: StatusFilter;
  /** Whether runs that were asked for with their outputs tell them: an empty one is then none. */
  readonly includedOutputs: { areTold(runs: readonly RunShape[]): boolean };
  ask(action: string, parameters: Parameters, operation: Operation): ReturnType<Call>;
}

/** How a request pages, in this product's words. */
export function toParameters({ pageNumber, pageSize, maxResults, nextToken }: PagingParameters): Parameters {
  return { PageNumber: pageNumber, PageSize: pageSize, MaxResults: maxResults, NextToken: nextToken };
}
