import type { Source } from "#domain";
import { ProviderEnum } from "./enums.ts";
import { always, declareReads } from "./value.ts";

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
