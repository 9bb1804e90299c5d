/** What names a source. */
interface Place {
  readonly provider: string;
  readonly account: string;
  readonly regionId: string;
}

/** A source as people read it; the account only if it has a name of its own. */
export function nameSource({ provider, account, regionId }: Place): string {
  return account === "default" ? `${provider} ${regionId}` : `${provider} ${regionId} ${account}`;
}

/** The name of the source that an error's extensions tell of; null if they tell of none. */
export function nameFailedSource(extensions: Readonly<Record<string, unknown>>): string | null {
  const { provider, account, regionId } = extensions;
  const isSource = typeof provider === "string" && typeof account === "string" && typeof regionId === "string";
  return isSource ? nameSource({ provider, account, regionId }) : null;
}
