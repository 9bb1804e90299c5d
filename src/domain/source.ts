/** The cloud product whose Cloud Assistant ran the command. */
export type Provider = "ECS" | "SWAS";

/** Every provider, in the order in which lists name them. */
export const PROVIDERS: readonly Provider[] = ["ECS", "SWAS"];

/** One place the gateway reads from: a product in a region of an account. */
export interface Source {
  readonly provider: Provider;
  /** Alias of the account, `default` where only one is configured. */
  readonly account: string;
  readonly regionId: string;
}

/** One string per source, equal exactly when the sources are equal; also their order among each other. */
export function sourceKey(source: Source): string {
  return `${source.provider}/${source.account}/${source.regionId}`;
}
