import { ObjectType } from "type-graphql";

import type { AgentState as AgentRecord, Instant } from "#domain";
import { DateTime, SafeInt } from "./scalars.ts";
import { Value } from "./value.ts";

/** The Cloud Assistant agent on a server. */
@ObjectType("AgentState", {
  description: "The Cloud Assistant agent on a server: without it no command can run there.",
})
export class AgentState {
  constructor(private readonly record: AgentRecord) {}

  @Value(() => Boolean, {
    nullable: true,
    description: "On ECS whether it gave a sign of life within two minutes; on SWAS whether it is installed.",
  })
  get isReady(): boolean | null {
    return this.record.isReady;
  }

  @Value(() => String, { nullable: true, description: "Its version." })
  get version(): string | null {
    return this.record.version;
  }

  @Value(() => DateTime, { nullable: true, description: "When it last gave a sign of life." })
  get lastHeartbeatTime(): Instant | null {
    return this.record.lastHeartbeatTime;
  }

  @Value(() => DateTime, { nullable: true, description: "When it last ran a command." })
  get lastInvokedTime(): Instant | null {
    return this.record.lastInvokedTime;
  }

  @Value(() => SafeInt, { nullable: true, description: "How many commands it is running now." })
  get activeTaskCount(): number | null {
    return this.record.activeTaskCount;
  }
}
