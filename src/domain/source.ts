/** Every provider, in the order in which lists name them. */
export const PROVIDERS = ["ECS", "SWAS"] as const;

/** The cloud product whose Cloud Assistant ran the command. */
export type Provider = (typeof PROVIDERS)[number];

/** One place the gateway reads from: a product in a region of an account. */
export interface Source {
  readonly provider: Provider;
  /** Alias of the account, `default` where only one is configured. */
  readonly account: string;
  readonly regionId: string;
}

// Each is asked for once a row and more; sources are few objects that live as long as the process.
const keys = new WeakMap<Source, string>();
const ranks = new WeakMap<Source, string>();

/** One string per source, equal exactly when the sources are equal. */
export function sourceKey(source: Source): string {
  let key = keys.get(source);
  if (key === undefined) {
    key = `${source.provider}/${source.account}/${source.regionId}`;
    keys.set(source, key);
  }
  return key;
}

/** Orders sources by provider, then account, then region, as text. The separator sorts below every other character. */
export function sourceRank(source: Source): string {
  let rank = ranks.get(source);
  if (rank === undefined) {
    rank = `${source.provider}\t${source.account}\t${source.regionId}`;
    ranks.set(source, rank);
  }
  return rank;
}
