/**
 * Twenty readers over four sources, in fake time: how many answers are complete, how old the oldest one is, and what the upstreams are
 * asked. Fails if an answer is incomplete or older than 15 s, if a call goes over the quota, or if calls grow with the readers.
 */
import { createOwnFailure, type Operation, type Source } from "#domain";
import type { Page } from "#services";
import type { RunList, Upstream } from "#upstreams";
import { createFixedSource } from "../test/services/support/fixed.ts";
import { createGateway, PLAIN } from "../test/services/support/gateway.ts";
import { createOperation } from "../test/support/operation.ts";

const EVERY_MS = 5_000;
const MINUTES = 5;
const STEP_MS = 250;
const ECS_CALLS = 300;

interface Quota {
  readonly upstream: Upstream;
  readonly calls: number[];
}

/** Refuses what goes over so many calls a minute, as the limits of the wire do for reads that refresh. */
function withQuota(upstream: Upstream, perMinute: number, now: () => number): Quota {
  const calls: number[] = [];
  let tokens = 1;
  let filledAt = now();
  function spend(source: Source, operation: Operation): void {
    tokens = Math.min(1, tokens + ((now() - filledAt) * perMinute) / 60_000);
    filledAt = now();
    if (tokens < 1 && operation.pace === "refresh") {
      throw Object.assign(createOwnFailure(source, "THROTTLED", "The quota is used up."), { isPaced: true });
    }
    tokens -= 1;
    calls.push(now());
  }
  const limit = (list: RunList): RunList => ({
    ...list,
    async read(place, operation) {
      spend(upstream.source, operation);
      return list.read(place, operation);
    },
  });
  const openLists: Upstream["openLists"] = async (query, projection, operation) =>
    (await upstream.openLists(query, projection, operation)).map(limit);
  return { upstream: { ...upstream, openLists }, calls };
}

async function measure(readers: number, swasCalls: number) {
  const worlds = [0, 1, 2, 3].map((position) => createFixedSource(position, 300));
  let now = (): number => 0;
  const quotas = worlds.map(({ upstream }) =>
    withQuota(upstream, upstream.source.provider === "ECS" ? ECS_CALLS : swasCalls, () => now()),
  );
  const { services, clock } = createGateway(quotas);
  now = clock.now;
  let [answers, complete, oldestMs] = [0, 0, 0];
  const note = (page: Page<object>): void => {
    answers += 1;
    if (page.sources.every(({ isComplete, error }) => isComplete && error === null)) complete += 1;
    for (const { asOf } of page.sources) oldestMs = Math.max(oldestMs, clock.now() - (asOf ?? 0));
  };
  for (let time = 0; time < MINUTES * 60_000; time += STEP_MS) {
    // Readers do not keep step: each has its own moment within the five seconds.
    for (let reader = 0; reader < readers; reader += 1) {
      const own = Math.floor((reader * EVERY_MS) / readers / STEP_MS) * STEP_MS;
      if (time % EVERY_MS === own) note(await services.pageInvocations({ first: 20 }, {}, PLAIN, createOperation()));
    }
    await clock.advance(STEP_MS);
  }
  const callsOf = ({ calls }: Quota): number => calls.length / MINUTES;
  const over = quotas.filter(
    (quota) => callsOf(quota) > (quota.upstream.source.provider === "ECS" ? ECS_CALLS : swasCalls),
  );
  return { answers, complete, oldestS: oldestMs / 1_000, callsAMinute: quotas.map(callsOf), over: over.length };
}

let isWithin = true;
for (const swasCalls of [10, 100]) {
  for (const readers of [1, 10, 20, 100]) {
    const { answers, complete, oldestS, callsAMinute, over } = await measure(readers, swasCalls);
    isWithin &&= complete === answers && oldestS <= 15 && over === 0;
    console.log(
      `quota: SWAS ${swasCalls} calls a minute, ${readers} readers: ${complete} of ${answers} answers complete, oldest ${oldestS} s,` +
        ` calls a minute ${callsAMinute.map((calls) => calls.toFixed(1)).join(" ")}, ${over} sources over their quota`,
    );
  }
}
process.exit(isWithin ? 0 : 1);
