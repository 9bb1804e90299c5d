import type { GraphQLSchema } from "graphql";
import { type Caller, createOpenAccess, createOpenView } from "#access";
import type { Clock, Operation } from "#domain";
import { type AuditLine, createAudit } from "../../../src/access/audit/index.ts";
import type { Asking, EdgeAccess } from "../../../src/edge/admission/index.ts";
import { stubSchema } from "../gateway.ts";

/** What resolvers of {@link createWatchedSchema} get. */
export interface WatchedContext {
  readonly operation: Operation;
  readonly asking: Asking;
}

/** One event that many watch; the same object for all. */
export interface Told {
  readonly text: string;
}

/** How events are resolved, and told. */
export interface Watched {
  readonly schema: GraphQLSchema;
  /** Resolves once so many watch. */
  watchedBy(count: number): Promise<void>;
  /** Tells these callers, or all, of one event. */
  tell(event: Told, names?: readonly string[]): void;
}

/** A schema with one subscription, whose events the test tells. */
export function createWatchedSchema(
  resolve: (event: Told, args: { readonly times: number }, context: WatchedContext) => unknown,
): Watched {
  const schema = stubSchema("type Query { hello: String } type Subscription { told(times: Int): String }");
  const readers = new Map<string, (event: Told) => void>();
  let arrive = () => {};
  Object.assign(schema.getSubscriptionType()?.getFields().told ?? {}, {
    async *subscribe(_root: unknown, _args: unknown, { operation, asking }: WatchedContext) {
      const left = new Promise<null>((stop) => operation.signal.addEventListener("abort", () => stop(null)));
      for (;;) {
        const next = new Promise<Told>((take) => readers.set(`${asking.caller.name} ${operation.requestId}`, take));
        arrive();
        const event = await Promise.race([next, left]);
        if (event === null) return;
        yield event;
      }
    },
    resolve,
  });
  return {
    schema,
    async watchedBy(count) {
      while (readers.size < count) {
        await new Promise<void>((come) => {
          arrive = come;
        });
      }
    },
    tell(event, names) {
      for (const [key, take] of [...readers]) {
        if (names?.includes(key.split(" ")[0] ?? "") === false) continue;
        readers.delete(key);
        take(event);
      }
    },
  };
}

/** Callers whose key is their name, as `name@view`; those of one view may see the same. Calls of one named `counted` are counted. */
export function createAccessOfNames(clock: Clock, lines: AuditLine[]): EdgeAccess {
  const views = new Map<string, Caller["view"]>();
  const open = createOpenAccess(clock);
  const callerOf = (key: string): Caller => {
    const [name = "", viewName = ""] = key.split("@");
    const view = views.get(viewName) ?? createOpenView();
    views.set(viewName, view);
    return { id: key, name, knownBy: "key", roles: [viewName], view, expiresAt: null };
  };
  return {
    signIn: () => [],
    audit: createAudit({ write: (line) => void lines.push(line), clock }),
    gate: {
      authenticate: async ({ authorization }) => ({ caller: callerOf(String(authorization).replace("Bearer ", "")) }),
    },
    limits: { ...open.limits, remainingCalls: ({ id }) => (id.startsWith("counted") ? 7 : null) },
  };
}
