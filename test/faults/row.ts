import type { RigOptions } from "./rig.ts";

/** How a failed source shows, without what is the same for all. */
export interface Failure {
  /** As in `sources`; single things have it with `UPSTREAM_` in front. */
  readonly code: string;
  readonly graphqlCode?: string;
  /** Continues "ECS cn-hangzhou DescribeInvocations of account default: ". */
  readonly says: string;
  readonly upstreamCode: string | null;
  readonly httpStatus: number | null;
  readonly retryable: boolean;
  /** True where an upstream request id can be told. */
  readonly hasId: boolean;
}

/** One fault of the source ECS cn-hangzhou, played over real HTTP. */
export interface FaultRow {
  readonly fault: string;
  readonly options: RigOptions | (() => Promise<RigOptions>);
  /** What becomes of a page of all runs, and then of one run of that source by its id; null where nothing is missing. */
  readonly list: Failure | null;
  readonly one: Failure | null;
  /** Attempts that the faulty source gets for the page, and then for the run. */
  readonly calls: readonly [number, number];
  /** True where the source counts as one that holds nothing. */
  readonly isEmpty?: boolean;
  /** True where the upstream says of the run alone that it does not exist. */
  readonly isGone?: boolean;
  /** Further words for the table. */
  readonly remark?: string;
}

/** Rows under one heading. */
export interface FaultSection {
  readonly title: string;
  readonly rows: readonly FaultRow[];
}

/** A failure to which the upstream answered. */
export function answered(
  code: string,
  says: string,
  upstreamCode: string | null,
  httpStatus: number,
  retryable = false,
): Failure {
  return { code, says, upstreamCode, httpStatus, retryable, hasId: true };
}

/** A failure without an answer, or without one that may be read. */
export function unanswered(code: string, says: string, retryable = false): Failure {
  return { code, says, upstreamCode: null, httpStatus: null, retryable, hasId: false };
}
