import { ObjectType } from "type-graphql";

import type { AgentState as AgentRecord, Instance as InstanceRecord } from "#domain";
import {
  always,
  DateTime,
  declareReads,
  declareShape,
  declareSource,
  Node,
  orNull,
  SafeInt,
  toGlobalId,
} from "../declarations/index.ts";

/** A server that commands run on. */
@ObjectType("Instance", { implements: Node, description: "A server that commands run on." })
export class Instance extends Node {
  constructor(readonly record: InstanceRecord) {
    super();
  }

  override get id(): string {
    return toGlobalId({ type: "Instance", source: this.record.source, instanceId: this.record.instanceId });
  }
}

declareSource(Instance.prototype);
declareReads<InstanceRecord>(Instance.prototype, {
  instanceId: always(String, "Id of the server: `i-` or `mi-` and more on ECS, 32 hexadecimal digits on SWAS."),
  name: orNull(String, "The name that people gave it."),
  osType: orNull(String, "Kind of its operating system, as `linux` or `windows`."),
  osName: orNull(String, "Name and version of its operating system."),
  status: orNull(String, "Whether it runs, in the upstream's word."),
  privateIpAddresses: orNull([String], "Addresses inside the vendor's network."),
  publicIpAddresses: orNull([String], "Addresses reachable from the internet."),
});

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
