import { ID, InterfaceType } from "type-graphql";

import { Value } from "./value.ts";

/** Anything with a global id. Types are told apart by their classes, which every executor can do without waiting. */
@InterfaceType("Node", { description: "Anything that can be fetched again by its id." })
export abstract class Node {
  @Value(() => ID, {
    description: "Opaque and lasting: `node(id:)` finds the same thing again, on any replica and after any restart.",
  })
  get id(): string {
    throw new Error("Every node has an id of its own.");
  }
}
