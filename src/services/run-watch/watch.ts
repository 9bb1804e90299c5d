import { type Clock, type Invocation, type InvocationRef, invocationKey } from "#domain";
import type { Leases, RunStore } from "#store";
import type { Follower } from "#sync";
import type { Services } from "../contract/index.ts";
import type { Watcher } from "./audience.ts";
import { createMailbox } from "./mailbox.ts";
import type { Poll } from "./poll.ts";
import { createPoller, type Poller, type PollerOptions, type WatchRules } from "./poller.ts";
import { createWatcherLimit } from "./watcher-limit.ts";

/** How runs are watched. */
export interface WatchOptions extends WatchRules {
  /** Most watchers at a time, of all runs together. */
  readonly maxWatchers: number;
}

/** What watching is made of. */
export interface WatchParts {
  readonly poll: Poll;
  readonly follower: Pick<Follower, "watch">;
  readonly store: Pick<RunStore, "onChange">;
  readonly leases: Leases;
  readonly clock: Clock;
  readonly options: WatchOptions;
}

/** What holds where no setting says otherwise. */
export const DEFAULT_WATCH: WatchOptions = {
  minIntervalMs: 1_000,
  maxIntervalMs: 10_000,
  pollDeadlineMs: 10_000,
  pollCallBudget: 200,
  maxWatchers: 1_000,
};

/** Watches runs: one poller a run, however many watch it. */
export function createWatch({
  poll,
  follower,
  store,
  leases,
  clock,
  options,
}: WatchParts): Services["watchInvocation"] {
  const pollers = new Map<string, Poller>();
  const enter = createWatcherLimit(options.maxWatchers, "runs");
  store.onChange((changes) => {
    for (const { before, after } of changes) {
      // Nobody here saw it before, so that another gateway read it, and perhaps more of its outputs.
      pollers.get(invocationKey(after))?.notice(before === undefined ? null : after);
    }
  });

  function pollerOf(ref: InvocationRef, requestId: string): Poller {
    const key = invocationKey(ref);
    const known = pollers.get(key);
    if (known !== undefined) return known;
    const endWatching = follower.watch(ref, () => poller.status());
    const onEnd = (): void => {
      endWatching();
      if (pollers.get(key) === poller) pollers.delete(key);
    };
    const want: PollerOptions["want"] = ({ output, content, details }, onOurs) =>
      leases.want(`run|${output}|${content}|${details}|${key}`, onOurs);
    const poller = createPoller(ref, { poll, want, clock, rules: options, requestId, onEnd });
    pollers.set(key, poller);
    return poller;
  }

  return (ref, wants, operation) => {
    if (operation.signal.aborted) return endedAtOnce();
    const countOut = enter();
    const poller = pollerOf(ref, operation.requestId);
    const leave = (): void => {
      poller.leave(watcher);
      watcher.mailbox.close();
    };
    const onClose = (): void => {
      countOut();
      operation.signal.removeEventListener("abort", leave);
    };
    const watcher: Watcher = { wants, mailbox: createMailbox({ onReturn: leave, onClose }), seen: null };
    operation.signal.addEventListener("abort", leave, { once: true });
    poller.join(watcher);
    return watcher.mailbox.values;
  };
}

function endedAtOnce(): AsyncIterableIterator<Invocation> {
  const mailbox = createMailbox<Invocation>({ onReturn: () => {}, onClose: () => {} });
  mailbox.close();
  return mailbox.values;
}
