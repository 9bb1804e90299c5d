import { type Invocation, isCutShort } from "#domain";
import type { Reading } from "./reading.ts";
import type { NamedRun } from "./shapes.ts";
import { statusOfRun } from "./status.ts";

/** What of a run is told in a product's own way. */
export interface OwnOfRun extends Pick<Invocation, "instances" | "timed" | "repeatMode"> {
  readonly script: Pick<Invocation["command"], "content" | "isGuess">;
}

/** Turns a shape into a run. @param told which answer of which source told it */
export function toRun(
  run: NamedRun,
  { instances, timed, repeatMode, script }: OwnOfRun,
  { source, readFrom }: Pick<Reading, "source" | "readFrom">,
): Invocation {
  const [status, rawStatus] = [statusOfRun({ ...run, instances }), run.told?.rawStatus ?? null];
  // How many more there are nothing tells.
  const missingInstances = run.missingInstances ?? (isCutShort({ status, rawStatus, instances }) ? 1 : undefined);
  return {
    source,
    invokeId: run.invokeId,
    command: {
      commandId: run.commandId,
      name: run.commandName,
      description: run.commandDescription,
      type: run.commandType,
      ...script,
    },
    status,
    rawStatus,
    creationTime: run.creationTime,
    parameters: run.parameters,
    timed,
    repeatMode,
    frequency: run.frequency,
    timeoutSeconds: run.timeoutSeconds,
    username: run.username,
    workingDir: run.workingDir,
    tags: run.tags,
    containerId: run.containerId,
    containerName: run.containerName,
    launcher: run.launcher,
    terminationMode: run.terminationMode,
    ossOutputDelivery: run.ossOutputDelivery,
    instances,
    ...(missingInstances === undefined ? {} : { missingInstances }),
    readFrom,
  };
}
