import { isFinal } from "../../../src/emulator/api/status.ts";
import type { Product } from "../../../src/emulator/http/index.ts";
import type { Region, Run, RunRecord } from "../../../src/emulator/world/index.ts";
import { toInstance, toRecord, toRun } from "./records.ts";
import type { ScriptedRegion } from "./region.ts";
import type { ExecutionInput, InstanceInput, InvocationInput, RecordInput } from "./world.ts";

/** Changes a scripted world while the emulator runs. Every function throws if the region, run or instance is unknown. */
export interface WorldHandle {
  /** Adds a run, created now unless told otherwise; gives its InvokeId. */
  addInvocation(product: Product, regionId: string, invocation: InvocationInput): string;
  /** Changes the record of a run on one instance; what is left out stays. */
  updateRecord(product: Product, regionId: string, invokeId: string, instanceId: string, changes: RecordInput): void;
  /** Ends every record that has not ended, now and with success unless told otherwise. */
  finishInvocation(product: Product, regionId: string, invokeId: string, result?: ExecutionInput): void;
  removeInvocation(product: Product, regionId: string, invokeId: string): void;
  addInstance(product: Product, regionId: string, instance: InstanceInput): void;
  removeInstance(product: Product, regionId: string, instanceId: string): void;
  /** Ids of the runs there are, newest first. */
  invokeIds(product: Product, regionId: string): readonly string[];
  regionIds(product: Product): readonly string[];
}

/** A handle on the regions of an emulator; those of a scripted world can be changed. */
export function createWorldHandle(
  all: readonly Region[],
  scripted: readonly ScriptedRegion[],
  now: () => number,
): WorldHandle {
  const find = <R extends Region>(regions: readonly R[], product: Product, regionId: string): R =>
    known(
      regions.find((region) => region.product === product && region.regionId === regionId),
      regionId,
    );
  const regionOf = (product: Product, regionId: string): ScriptedRegion => find(scripted, product, regionId);
  const runOf = (product: Product, regionId: string, invokeId: string): Run =>
    known(regionOf(product, regionId).run(invokeId), invokeId);

  function change(
    product: Product,
    regionId: string,
    run: Run,
    changed: (record: RunRecord) => RecordInput | null,
  ): void {
    const place = { product, regionId };
    const records = run.records(now()).map((record, index) => {
      const changes = changed(record);
      return changes === null ? record : toRecord(place, { ...toInput(record), ...changes }, index, run.creationTime);
    });
    regionOf(product, regionId).putRun({ ...run, records: () => records });
  }

  return {
    addInvocation(product, regionId, invocation) {
      const region = regionOf(product, regionId);
      const creationTime = invocation.creationTime === undefined ? now() : invocation.creationTime;
      const run = toRun({ product, regionId }, { ...invocation, creationTime }, 0, region.nextSequence());
      const ids = new Set(region.instances().map(({ instanceId }) => instanceId));
      for (const id of run.instanceIds) if (!ids.has(id)) region.putInstance(toInstance(id));
      region.putRun(run);
      return run.invokeId;
    },
    updateRecord(product, regionId, invokeId, instanceId, changes) {
      const run = runOf(product, regionId, invokeId);
      if (!run.instanceIds.includes(instanceId)) throw new Error(`the world has no ${instanceId}`);
      change(product, regionId, run, (record) => (record.instanceId === instanceId ? changes : null));
    },
    finishInvocation(product, regionId, invokeId, result = {}) {
      const run = runOf(product, regionId, invokeId);
      const end = {
        status: result.exitCode ? "Failed" : "Success",
        exitCode: 0,
        finishTime: now(),
        updateTime: now(),
        repeats: 1,
      };
      change(product, regionId, run, (record) =>
        isFinal(record.status) ? null : { startTime: record.startTime ?? now(), ...end, ...result },
      );
    },
    removeInvocation(product, regionId, invokeId) {
      regionOf(product, regionId).removeRun(runOf(product, regionId, invokeId).invokeId);
    },
    addInstance: (product, regionId, instance) => regionOf(product, regionId).putInstance(toInstance(instance)),
    removeInstance(product, regionId, instanceId) {
      if (!regionOf(product, regionId).removeInstance(instanceId)) throw new Error(`the world has no ${instanceId}`);
    },
    invokeIds: (product, regionId) =>
      find(all, product, regionId)
        .runs()
        .map((run) => run.invokeId),
    regionIds: (product) => all.filter((region) => region.product === product).map((region) => region.regionId),
  };
}

function known<T>(found: T | undefined, name: string): T {
  if (found === undefined) throw new Error(`the world has no ${name}`);
  return found;
}

function toInput(record: RunRecord): RecordInput {
  const { bytes, dropped } = record.output();
  return {
    instanceId: record.instanceId,
    creationTime: record.creationTime,
    startTime: record.startTime,
    finishTime: record.finishTime,
    stopTime: record.stopTime,
    status: record.status,
    exitCode: record.exitCode,
    repeats: record.repeats,
    output: bytes,
    dropped,
    history: record
      .executions()
      .slice(1)
      .map((each) => ({ ...each, output: each.output().bytes, dropped: each.output().dropped })),
    ...(record.errorCode === "" ? {} : { errorCode: record.errorCode, errorInfo: record.errorInfo }),
    ...(record.wire === undefined ? {} : { wire: record.wire }),
  };
}
