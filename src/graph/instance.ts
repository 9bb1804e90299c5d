import { ObjectType } from "type-graphql";

import type { Instance as InstanceRecord, Provider, Source } from "#domain";
import { ProviderEnum } from "./enums.ts";
import { toGlobalId } from "./global-id.ts";
import { Node } from "./node.ts";
import { Value } from "./value.ts";

/** A server that commands run on. */
@ObjectType("Instance", { implements: Node, description: "A server that commands run on." })
export class Instance extends Node {
  constructor(private readonly record: InstanceRecord) {
    super();
  }

  override get id(): string {
    return toGlobalId({ type: "Instance", source: this.record.source, instanceId: this.record.instanceId });
  }

  /** Where it lives; for resolvers. */
  get source(): Source {
    return this.record.source;
  }

  @Value(() => ProviderEnum, { description: "The product." })
  get provider(): Provider {
    return this.record.source.provider;
  }

  @Value(() => String, { description: "Alias of the account." })
  get account(): string {
    return this.record.source.account;
  }

  @Value(() => String, { description: "The region's id, as `cn-hangzhou`." })
  get regionId(): string {
    return this.record.source.regionId;
  }

  @Value(() => String, {
    description: "Id of the server: `i-` or `mi-` and more on ECS, 32 hexadecimal digits on SWAS.",
  })
  get instanceId(): string {
    return this.record.instanceId;
  }

  @Value(() => String, { nullable: true, description: "The name that people gave it." })
  get name(): string | null {
    return this.record.name;
  }

  @Value(() => String, { nullable: true, description: "Kind of its operating system, as `linux` or `windows`." })
  get osType(): string | null {
    return this.record.osType;
  }

  @Value(() => String, { nullable: true, description: "Name and version of its operating system." })
  get osName(): string | null {
    return this.record.osName;
  }

  @Value(() => String, { nullable: true, description: "Whether it runs, in the upstream's word." })
  get status(): string | null {
    return this.record.status;
  }

  @Value(() => [String], { nullable: true, description: "Addresses inside the vendor's network." })
  get privateIpAddresses(): readonly string[] | null {
    return this.record.privateIpAddresses;
  }

  @Value(() => [String], { nullable: true, description: "Addresses reachable from the internet." })
  get publicIpAddresses(): readonly string[] | null {
    return this.record.publicIpAddresses;
  }
}
