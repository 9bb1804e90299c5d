import { ID, InterfaceType } from "type-graphql";

import type { ReadFrom as ReadFromRecord, Source } from "#domain";
import { ProviderEnum } from "./enums.ts";
import { DateTime } from "./scalars.ts";
import { always, declareReads, declareShape, Value } from "./value.ts";

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

/** Gives a class over a record of a source the fields that name the source. */
export function declareSource(prototype: object): void {
  declareReads<Source>(
    prototype,
    {
      provider: always(ProviderEnum, "The product."),
      account: always(String, "Alias of the account; `default` where only one is configured."),
      regionId: always(String, "The region's id, as `cn-hangzhou`."),
    },
    ({ source }: { readonly source: Source }) => source,
  );
}

/** Which answer of the upstream told what is shown. */
export const ReadFrom = declareShape<ReadFromRecord>(
  "ReadFrom",
  "Which answer of the upstream told what is shown. Later answers that told the same do not count.",
  {
    requestId: always(String, "The upstream's id of the request; its support asks for it."),
    asOf: always(DateTime, "When the answer came."),
  },
);
