import { Ctx, Query, Resolver } from "type-graphql";

import { type Caller, KINDS, type Kind } from "#access";
import { always, declareShape, enumOf } from "../declarations/index.ts";
import type { GraphContext } from "../operation/index.ts";

const RightEnum = enumOf<Uppercase<Kind>>("Right", "What a role may give of the runs that it covers.", {
  RUNS: "That they exist, how and where they ended.",
  COMMANDS: "What they executed: scripts, parameters, folder, user.",
  OUTPUTS: "What they printed.",
});

/** The caller, as the gateway knows it. */
interface Viewer extends Pick<Caller, "name" | "roles"> {
  readonly may: readonly Uppercase<Kind>[];
}

const Viewer = declareShape<Viewer>("Viewer", "Who asks, as the gateway knows it.", {
  name: always(String, "The name in the credential."),
  roles: always([String], "Roles of the access file that are the viewer's."),
  may: always([RightEnum], "What may be seen in at least one source; other sources may give less."),
});

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
    const may = KINDS.filter((kind) => rights.some((kinds) => kinds[kind]));
    return { name: caller.name, roles: caller.roles, may: may.map((kind) => kind.toUpperCase() as Uppercase<Kind>) };
  }
}
