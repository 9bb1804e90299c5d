import type { Clock, Operation, Source } from "#domain";
import type { Call, CallRequest } from "#wire";
import type { Paging, StatusFilter } from "../lists/index.ts";
import type { Reader } from "../mapping/index.ts";
import type { Access } from "./access.ts";
import type { Encoding } from "./encoding.ts";
import type { Undecided } from "./undecided.ts";
import type { UnreadServers } from "./unread-servers.ts";

/** Calls that one question may have in flight at once. */
export const CALLS_AT_ONCE = 8;

/** The business parameters of a call. */
export type Parameters = CallRequest["parameters"];

/** What one adapter works with and remembers. */
export interface AdapterContext {
  readonly source: Source;
  readonly clock: Clock;
  readonly reader: Reader;
  readonly runPaging: Paging;
  readonly instancePaging: Paging;
  readonly serverPaging: Paging;
  readonly access: Access;
  readonly statusFilter: StatusFilter;
  /** Whether DescribeInvocations takes the status of what runs. */
  readonly takesRunning: Access;
  /** Whether DescribeCloudAssistantAttributes may be used. */
  readonly hasAttributes: Access;
  readonly encoding: Encoding;
  readonly undecided: Undecided;
  readonly unread: UnreadServers;
  /** `internalErrorIsFinal` as in {@link CallRequest}. */
  ask(
    action: string,
    parameters: Parameters,
    operation: Operation,
    options?: Pick<CallRequest, "internalErrorIsFinal">,
  ): ReturnType<Call>;
}
