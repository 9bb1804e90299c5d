import type { Product } from "../../../src/emulator/http/index.ts";
import type { CommandRecord, InstanceRecord, Label } from "../../../src/emulator/world/index.ts";
import { toCommand, toInstance, toRun } from "./records.ts";
import { createRegion, type ScriptedRegion } from "./region.ts";

/** An instant: ISO text or epoch milliseconds. */
export type TimeInput = string | number;

/** One execution as a test writes it down; what is left out follows from the status (`Success` with exit code 0 unless told otherwise). */
export interface ExecutionInput {
  readonly status?: string;
  readonly startTime?: TimeInput | null;
  readonly finishTime?: TimeInput | null;
  readonly stopTime?: TimeInput | null;
  readonly exitCode?: number | null;
  readonly repeats?: number;
  readonly errorCode?: string;
  readonly errorInfo?: string;
  /** Text is UTF-8; bytes go out as they are. `ok` and a line feed for what has ended unless told otherwise. */
  readonly output?: string | Uint8Array;
  readonly dropped?: number;
}

/** The record of a run on one instance. */
export interface RecordInput extends ExecutionInput {
  readonly instanceId?: string;
  readonly creationTime?: TimeInput | null;
  readonly updateTime?: TimeInput | null;
  readonly username?: string;
  readonly oss?: {
    readonly status: string;
    readonly uri?: string;
    readonly errorCode?: string;
    readonly errorInfo?: string;
  };
  /** Earlier executions, newest first. */
  readonly history?: readonly ExecutionInput[];
  /** Members put over the record's on the wire, whatever the action; `undefined` takes one away. */
  readonly wire?: Readonly<Record<string, unknown>>;
}

/** A run. `instances` are ids (with a successful record each) or records; one instance unless told otherwise. */
export interface InvocationInput {
  readonly invokeId?: string;
  readonly commandId?: string;
  readonly commandName?: string;
  readonly commandDescription?: string;
  readonly commandType?: string;
  readonly content?: string | Uint8Array;
  readonly creationTime?: TimeInput | null;
  /** The word for the whole run where it shall not follow from the records. */
  readonly status?: string;
  readonly frequency?: string;
  readonly repeatMode?: string;
  readonly timed?: boolean;
  readonly timeout?: number;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly username?: string;
  readonly workingDir?: string;
  readonly containerId?: string;
  readonly containerName?: string;
  readonly launcher?: string;
  readonly terminationMode?: string;
  readonly ossOutputDelivery?: string;
  readonly resourceGroupId?: string;
  readonly tags?: readonly Label[];
  readonly instances?: readonly (string | RecordInput)[];
  /** Members put over the run's on the wire, whatever the action; `undefined` takes one away. */
  readonly wire?: Readonly<Record<string, unknown>>;
}

/** A machine; only the id is needed. */
export type InstanceInput = string | (Partial<InstanceRecord> & { readonly instanceId: string });

/** A stored command; only the id is needed. Commands of runs need not be listed. */
export type CommandInput = Partial<CommandRecord> & { readonly commandId: string };

/** What lies in one region of one product. Instances that runs name need not be listed. */
export interface RegionInput {
  readonly localName?: string;
  readonly instances?: readonly InstanceInput[];
  readonly commands?: readonly CommandInput[];
  /** Newest first, a minute apart from each other where no creation time is given. */
  readonly invocations?: readonly InvocationInput[];
  /** How SWAS DescribeCommandInvocations encodes `Output` and `CommandContent` here; plain unless told otherwise. */
  readonly outputEncoding?: "plain" | "base64";
  /** The actions of the Cloud Assistant are answered with `RegionId.ApiNotSupported`. */
  readonly isUnsupported?: boolean;
}

/** A whole world by product and region. */
export type WorldInput = Readonly<Partial<Record<Product, Readonly<Record<string, RegionInput>>>>>;

/** An explicit little world, for `EmulatorOptions.world`. */
export interface World {
  readonly regions: readonly ScriptedRegion[];
}

/**
 * Builds a world from a few lines; every id, time and text that is left out gets a fixed default, the same on every call.
 * A world serves one emulator, whose handle changes it.
 */
export function createWorld(input: WorldInput): World {
  const regions: ScriptedRegion[] = [];
  for (const product of ["ecs", "swas"] as const) {
    for (const [regionId, region] of Object.entries(input[product] ?? {})) {
      regions.push(toRegion(product, regionId, region));
    }
  }
  return { regions };
}

function toRegion(product: Product, regionId: string, input: RegionInput): ScriptedRegion {
  const inputs = input.invocations ?? [];
  const place = { product, regionId };
  const runs = inputs.map((run, index) => toRun(place, run, index, inputs.length - index));
  const listed = (input.instances ?? []).map((instance) => toInstance(instance));
  const known = new Set(listed.map((instance) => instance.instanceId));
  const named = [...new Set(runs.flatMap((run) => run.instanceIds))].filter((id) => !known.has(id));
  const { localName = regionId, outputEncoding = "plain", isUnsupported = false } = input;
  const commands = (input.commands ?? []).map((command) => toCommand(command));
  const instances = [...listed, ...named.map((id) => toInstance(id))];
  return createRegion({ ...place, localName, outputEncoding, isUnsupported, instances, commands, runs });
}
