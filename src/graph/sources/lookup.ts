import type { InputError, Provider, Source } from "#domain";
import type { Services } from "#services";
import { always, badInput, checkText, orNull, ProviderEnum, type ShownMembers } from "../declarations/index.ts";

/** The words by which a client names a source. */
export interface SourceWords {
  readonly provider: Provider | undefined;
  readonly regionId: string | undefined;
  readonly account?: string | null | undefined;
}

/** Arguments that name the source of one thing. */
export const SOURCE_WORDS: ShownMembers<SourceWords> = {
  provider: always(ProviderEnum, "The product."),
  regionId: always(String, "The region's id, as `cn-hangzhou`."),
  account: orNull(String, "Alias of the account; may be left out where only one has this region."),
};

/**
 * The configured source that these words name.
 * @throws InputError `BAD_USER_INPUT` that names the word that fits none, and says which would
 */
export function requireSource(services: Services, { provider, regionId, account }: SourceWords): Source {
  const found = provider && regionId ? services.findSource(provider, regionId, account) : null;
  if (found !== null) return found;
  throw refusalOf(
    services.listSources().filter((source) => source.provider === provider),
    { provider, regionId, account },
  );
}

/**
 * An id that is a text.
 * @throws InputError `BAD_USER_INPUT` for a long one, and for a blank one: an upstream would take it for no restriction at all
 */
export function requireText(argument: string, text: string): string {
  if (text.trim() === "") throw badInput(argument, "an id", "a blank text");
  checkText(argument, text.trim());
  return text.trim();
}

function refusalOf(sources: readonly Source[], { provider, regionId, account }: SourceWords): InputError {
  const accounts = sources.filter((source) => source.regionId === regionId).map((source) => source.account);
  if (account == null && accounts.length > 1)
    return refuse("account", `an account, since several have ${regionId}`, accounts, undefined);
  if (account != null && !sources.some((source) => source.account === account)) {
    const having = sources.map((source) => source.account);
    return refuse("account", `an account with ${provider}`, having, account);
  }
  const regions = sources.filter((source) => account == null || source.account === account);
  return refuse(
    "regionId",
    `a configured region of ${provider}`,
    regions.map((source) => source.regionId),
    regionId,
  );
}

function refuse(argument: string, expected: string, options: readonly string[], got: string | undefined): InputError {
  const known = [...new Set(options)].sort();
  const list = known.length === 0 ? "none is configured" : known.join(", ");
  const shown = got === undefined ? "none" : JSON.stringify(got.slice(0, 60));
  return badInput(argument, `${expected} (${list})`, shown);
}
