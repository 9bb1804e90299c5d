import type { InstanceInvocation, Invocation, InvocationResult, Output, Source } from "#domain";
import type { ListRecord, RunPageRequest, RunStore, Stretch } from "#store";
import { createItem, createRun } from "../services/support/records.ts";

export const ECS: Source = { provider: "ECS", account: "default", regionId: "cn-hangzhou" };
export const SWAS: Source = { provider: "SWAS", account: "default", regionId: "cn-beijing" };
export const NOTHING = { output: false, content: false };
export const EVERYTHING = { output: true, content: true };

const START = Date.UTC(2026, 0, 1);

/** An instant, so many seconds after the year began. */
export function at(second: number): string {
  return new Date(START + second * 1_000).toISOString();
}

/** The same in epoch milliseconds. */
export function timeAt(second: number): number {
  return START + second * 1_000;
}

/** A run with one instance, created at a second of the year; null for one without a creation time. */
export function runAt(second: number | null, invokeId: string, parts: Partial<Invocation> = {}): Invocation {
  const source = parts.source ?? ECS;
  const instances = parts.instances ?? [itemOf({ source, invokeId, output: null })];
  return createRun({
    source,
    invokeId,
    creationTime: second === null ? null : at(second),
    ...parts,
    command: {
      commandId: "c-1",
      name: "uptime",
      description: null,
      type: "RUN_SHELL_SCRIPT",
      content: null,
      ...parts.command,
    },
    instances,
  });
}

/** A state of a run on the instance `i-1` of {@link ECS}, unless told otherwise. */
export function itemOf(parts: Partial<InstanceInvocation> & { readonly invokeId: string }): InstanceInvocation {
  return createItem({ source: ECS, instanceId: "i-1", ...parts });
}

/** The latest result of a run on the instance `i-1`. */
export function resultFor(invokeId: string, parts: Partial<InvocationResult> = {}): InvocationResult {
  const { creationTime: _created, updateTime: _updated, isComplete: _complete, ...execution } = itemOf({ invokeId });
  return { ...execution, output: null, execution: null, ...parts };
}

/** An output that holds this text. */
export function outputOf(text: string, parts: Partial<Output> = {}): Output {
  return { bytes: new TextEncoder().encode(text), droppedBytes: null, ...parts };
}

/** All of a source. */
export function whole(source: Source): Stretch {
  return { source, after: null, before: null };
}

/** What a page of a keeper holds, by invoke id. */
export async function idsOf(store: RunStore, request: Partial<RunPageRequest>): Promise<readonly string[]> {
  const stretches = [whole(ECS), whole(SWAS)];
  const page = await store.readPage({
    stretches,
    query: {},
    direction: 1,
    limit: 100,
    projection: NOTHING,
    ...request,
  });
  return page.map(({ run }) => run.invokeId);
}

/** What a list is known to hold, read out of a record and put into the next one. */
export function withSpans(record: ListRecord, spans: ListRecord["spans"], parts: Partial<ListRecord> = {}): ListRecord {
  return { ...record, spans, ...parts };
}
