import { Ctx, ObjectType, Query, Resolver } from "type-graphql";

import { type Caller, KINDS, type Kind } from "#access";
import { enumOf, Value } from "../declarations/index.ts";
import type { GraphContext } from "../operation/index.ts";

const RightEnum = enumOf<Uppercase<Kind>>("Right", "What a role may give of the runs that it covers.", {
  RUNS: "That they exist, how and where they ended.",
  COMMANDS: "What they executed: scripts, parameters, folder, user.",
  OUTPUTS: "What they printed.",
});

/** The caller, as the gateway knows it. */
@ObjectType("Viewer", { description: "Who asks, as the gateway knows it." })
export class Viewer {
  constructor(
    private readonly caller: Pick<Caller, "name" | "roles">,
    private readonly kinds: readonly Kind[],
  ) {}

  @Value(() => String, { description: "The name in the credential." })
  get name(): string {
    return this.caller.name;
  }

  @Value(() => [String], { description: "Roles of the access file that are the viewer's." })
  get roles(): readonly string[] {
    return this.caller.roles;
  }

  @Value(() => [RightEnum], {
    description: "What may be seen in at least one source; other sources may give less.",
  })
  get may(): readonly Uppercase<Kind>[] {
    return this.kinds.map((kind) => kind.toUpperCase() as Uppercase<Kind>);
  }
}

/** Who asks. */
@Resolver()
export class ViewerQueries {
  @Query(() => Viewer, {
    nullable: true,
    description: "Who asks; null if the gateway has no access file and so knows nobody.",
  })
  viewer(@Ctx() { caller, view, services }: GraphContext): Viewer | null {
    if (caller.knownBy === "open") return null;
    const rights = services.listSources().map((source) => view.rightsFor(source).possible);
    return new Viewer(
      caller,
      KINDS.filter((kind) => rights.some((kinds) => kinds[kind])),
    );
  }
}
