import { ObjectType } from "type-graphql";

import type { Instance as InstanceRecord } from "#domain";
import { always, declareReads, declareSource, Node, orNull, toGlobalId } from "../declarations/index.ts";

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
