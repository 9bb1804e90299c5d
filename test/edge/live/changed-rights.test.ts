import { afterEach, describe, expect, it } from "@jest/globals";
import { GraphQLError, type GraphQLSchema } from "graphql";
import { type Caller, createOpenView } from "#access";
import { createFakeClock, type FakeClock } from "../../support/clock.ts";
import { TRANSPORTS } from "../../support/live.ts";
import { startGateway, type TestGateway } from "../gateway.ts";
import { createAccessOfNames, createWatchedSchema, type Told, type WatchedContext } from "./watched-schema.ts";

const GONE = new GraphQLError("There is no such run.", { extensions: { code: "NOT_FOUND" } });
const told = (text: string) => expect.objectContaining({ data: { told: text } });

describe("a subscription whose caller gets other rights", () => {
  let gateway: TestGateway;
  let clock: FakeClock;
  afterEach(() => gateway.stop());

  /** A gateway where one caller watches. `seen` holds the view and the place of each opening. @param mayOpen whether it may be opened so often */
  async function start(mayOpen: (times: number) => boolean) {
    clock = createFakeClock();
    const watched = createWatchedSchema(({ text }) => text);
    const views = { before: createOpenView(), after: { ...createOpenView(), key: "other roles" } };
    let now: keyof typeof views = "before";
    const seen: (readonly [string, string | null])[] = [];
    const authenticate = async () => {
      const caller: Caller = { id: "a", name: "a", knownBy: "key", roles: [], view: views[now], expiresAt: null };
      return { caller };
    };
    gateway = await startGateway({
      clock,
      schema: noteOpenings(watched.schema, ({ asking: { caller, lastEventId = null } }) => {
        seen.push([caller.view === views.before ? "before" : "after", lastEventId]);
        if (!mayOpen(seen.length)) throw GONE;
      }),
      access: { ...createAccessOfNames(clock, []), gate: { authenticate } },
      createContext: (operation, asking) => ({ operation, asking }),
      eventIdOf: (event) => `behind ${(event as Told).text}`,
    });
    const change = () => {
      now = "after";
    };
    return { watched, seen, change };
  }

  const ways = Object.keys(TRANSPORTS) as (keyof typeof TRANSPORTS)[];

  it.each(ways)(
    "is opened anew with them, behind what was told, and tells nothing that was meant for others, over %s",
    async (way) => {
      const { watched, seen, change } = await start(() => true);
      const { results, leave, until } = watchBy(way);
      for (const text of ["first", "second"]) {
        await watched.watchedBy(1);
        watched.tell({ text });
        await until(text);
      }
      change();
      await watched.watchedBy(1);
      watched.tell({ text: "hidden" });
      await watched.watchedBy(1);
      watched.tell({ text: "shown" });
      await until("shown");
      expect([results, seen]).toEqual([
        [told("first"), told("second"), told("shown")],
        [
          ["before", null],
          ["after", "behind second"],
        ],
      ]);
      await leave();
    },
  );

  it.each(ways)("ends, once that is told, if they do not give it, over %s", async (way) => {
    const { watched, seen, change } = await start((times) => times === 1);
    const { results, end, leave } = watchBy(way);
    await watched.watchedBy(1);
    change();
    watched.tell({ text: "hidden" });
    expect([await end, results]).toEqual([
      "complete",
      [{ errors: [expect.objectContaining({ message: GONE.message, extensions: GONE.extensions })] }],
    ]);
    expect(seen).toEqual([
      ["before", null],
      ["after", null],
    ]);
    await leave();
  });

  function watchBy(way: keyof typeof TRANSPORTS) {
    const live = TRANSPORTS[way](gateway.url, { query: "subscription { told }" });
    const until = async (text: string) => {
      while (!JSON.stringify(live.results).includes(text)) await new Promise((resolve) => setImmediate(resolve));
    };
    return { ...live, until };
  }
});

/** The same schema, whose subscription is noted when it is opened. */
function noteOpenings(schema: GraphQLSchema, note: (context: WatchedContext) => void): GraphQLSchema {
  const field = schema.getSubscriptionType()?.getFields().told;
  const subscribe = field?.subscribe;
  if (field === undefined || subscribe === undefined) throw new Error("the schema has no subscription");
  field.subscribe = (root, args, context: WatchedContext, info) => {
    note(context);
    return subscribe(root, args, context, info);
  };
  return schema;
}
