/** Cache settings for urql: `cacheExchange({ schema, keys, resolvers: createResolvers(relayPagination()) })`. Imports nothing of it. */
import { CONNECTIONS, PAGE_EXTRAS, PARTS } from "./generated/schema-facts.ts";

/** Types without an identity of their own are kept inside what they belong to. */
export const keys: Record<string, () => null> = Object.fromEntries(PARTS.map((name) => [name, () => null]));

/** The cache, as far as it is used. */
interface Cache {
  // biome-ignore lint/suspicious/noExplicitAny: urql's own type of a cache has to fit, and its arguments are of types that it names alone
  resolve(entity: any, field: string, args?: any): unknown;
}

interface FieldInfo {
  readonly parentKey: string;
  readonly fieldName: string;
}

// biome-ignore lint/suspicious/noExplicitAny: as above; what a resolver returns is urql's affair
type Resolver = (parent: any, args: any, cache: any, info: any) => any;

/**
 * A resolver for each list, by which it gathers its pages, `nodes` and `edges` alike. `relayPagination()` knows the fields of Relay's
 * connections alone; what else the gateway tells of a page, such as `sources`, is that of the page that was asked for.
 */
export function createResolvers(paginate: Resolver): Record<string, Record<string, Resolver>> {
  const resolve: Resolver = (parent, args, cache: Cache, info: FieldInfo) => {
    const page: unknown = paginate(parent, args, cache, info);
    const stored = cache.resolve(info.parentKey, info.fieldName, args);
    if (typeof page !== "object" || page === null || typeof stored !== "string") return page;
    const pageInfo: unknown = Reflect.get(page, "pageInfo");
    const storedInfo = cache.resolve(stored, "pageInfo");
    return {
      ...page,
      ...readAll(cache, stored, PAGE_EXTRAS.connection),
      ...(typeof pageInfo === "object" && {
        pageInfo: { ...pageInfo, ...readAll(cache, storedInfo, PAGE_EXTRAS.pageInfo) },
      }),
    };
  };
  return Object.fromEntries(
    Object.entries(CONNECTIONS).map(([type, fields]) => [
      type,
      Object.fromEntries(Object.keys(fields).map((name) => [name, resolve])),
    ]),
  );
}

function readAll(cache: Cache, key: unknown, fields: readonly string[]): object {
  if (typeof key !== "string") return {};
  const values = fields.map((field) => [field, cache.resolve(key, field)] as const);
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}
