import type { AgentState as AgentRecord } from "#domain";
import { DateTime, declareShape, orNull, SafeInt } from "../declarations/index.ts";

/** The Cloud Assistant agent on a server. */
export const AgentState = declareShape<AgentRecord>(
  "AgentState",
  "The Cloud Assistant agent on a server: without it no command can run there.",
  {
    isReady: orNull(
      Boolean,
      "On ECS whether it gave a sign of life within two minutes; on SWAS whether it is installed.",
    ),
    version: orNull(String, "Its version."),
    lastHeartbeatTime: orNull(DateTime, "When it last gave a sign of life."),
    lastInvokedTime: orNull(DateTime, "When it last ran a command."),
    activeTaskCount: orNull(SafeInt, "How many commands it is running now."),
  },
);
