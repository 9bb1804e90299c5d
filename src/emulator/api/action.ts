import { ApiError, type Call, type Members } from "../http/index.ts";
import type { InstanceRecord, Region, Run } from "../world/index.ts";
import { filterOf, type Page, type Paginate, type PagingRules, type RowKey } from "./paging.ts";
import { readParameters, required, type Table, type Values } from "./parameters.ts";

/** What an action may use to make its answer. */
export interface Context {
  readonly call: Call;
  /** Regions of the product that is asked. */
  readonly regions: readonly Region[];
  readonly paginate: Paginate;
}

/** Makes the body of an answer, without its RequestId. @throws ApiError */
export type Action = (context: Context) => Members;

/** An action by its parameters and what it answers in the region that they name. */
export interface RegionalSpec<T extends Table> {
  readonly parameters: T;
  /** Whether regions that do not offer the Cloud Assistant answer it all the same. */
  readonly isEverywhere?: boolean;
  readonly answer: (values: Values<T>, region: Region, context: Context) => Members;
}

/** An action that lists rows. */
export interface ListSpec<T extends Table, Row> extends Omit<RegionalSpec<T>, "answer"> {
  /** Where the list lies in the body, as `Invocations.Invocation`. */
  readonly list: string;
  /** The member that holds the list and what is said of its page; the body itself unless told otherwise. */
  readonly within?: string;
  /** Pages hold at most fifty unless told otherwise. */
  readonly paging?: (values: Values<T>) => Partial<PagingRules>;
  /** Every row that is asked for, in order. */
  readonly rows: (values: Values<T>, region: Region, now: number) => readonly Row[];
  /** The place of a row among others that may come up between two pages; its index unless told otherwise. */
  readonly keyOf?: (row: Row, index: number) => RowKey;
  readonly item: (row: Row, values: Values<T>, region: Region, now: number) => object;
}

/** An action in one region. It answers `MissingParameter.RegionId`, `InvalidRegionId.NotFound` and `RegionId.ApiNotSupported`. */
export function regional<T extends Table>({ parameters, isEverywhere = false, answer }: RegionalSpec<T>): Action {
  return (context) => {
    const regionId = required(context.call.parameters, "RegionId");
    const region = context.regions.find((each) => each.regionId === regionId);
    if (region === undefined) throw new ApiError("InvalidRegionId.NotFound");
    if (region.isUnsupported && !isEverywhere) throw new ApiError("RegionId.ApiNotSupported");
    return answer(readParameters(parameters, context.call.parameters), region, context);
  };
}

/** An action that lists rows of one region, page by page: ECS nests lists and knows tokens, SWAS does neither. */
export function listing<T extends Table, Row>(spec: ListSpec<T, Row>): Action {
  const { list, within, keyOf = (_, index) => ({ time: null, sequence: 0, index }) } = spec;
  return regional({
    ...spec,
    answer(values, region, { call, paginate }) {
      const rules = { maxSize: 50, hasCursor: call.product === "ecs", ...spec.paging?.(values) };
      const rows = spec.rows(values, region, call.at);
      const page = paginate({ rows, keyOf, filter: filterOf(call.action, call.parameters) }, call.parameters, rules);
      const items = page.items.map((row) => spec.item(row, values, region, call.at));
      const members = { ...pageMembers(call, page), ...nest(list, items) };
      return within === undefined ? members : { [within]: members };
    },
  });
}

function pageMembers({ product }: Call, { totalCount, pageNumber, pageSize, nextToken }: Page<unknown>): Members {
  const members = { TotalCount: totalCount, PageNumber: pageNumber, PageSize: pageSize };
  return product === "ecs" ? { ...members, NextToken: nextToken } : members;
}

/** `A.B` gives `{ A: { B: items } }`. */
export function nest(path: string, items: unknown): Members {
  return path.split(".").reduceRight((inner, name) => ({ [name]: inner }), items) as Members;
}

/** The place of a run in a list. */
export function runKey({ creationTime, sequence }: Run): RowKey {
  return { time: creationTime, sequence, index: 0 };
}

/** The run of an id, or every run without one. */
export function runsOf(region: Region, invokeId: string | undefined): readonly Run[] {
  if (invokeId === undefined) return region.runs();
  const run = region.run(invokeId);
  return run ? [run] : [];
}

/** Whether a filter lets a value pass; no filter lets everything pass. */
export function fits<V>(wanted: V | undefined, value: V): boolean {
  return wanted === undefined || wanted === value;
}

/** Machines of some ids, or all. */
export function machinesOf(region: Region, ids: readonly string[] | undefined): readonly InstanceRecord[] {
  return region.instances().filter(({ instanceId }) => ids?.includes(instanceId) ?? true);
}

/** Whether a text fits a pattern in which `*` stands for anything; no pattern lets everything pass. */
export function matchesWildcard(pattern: string | undefined, value: string): boolean {
  if (pattern === undefined) return true;
  const parts = pattern.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s").test(value);
}
