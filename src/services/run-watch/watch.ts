import { type Clock, type Invocation, type InvocationRef, invocationKey } from "#domain";
import type { Leases, RunStore } from "#store";
import type { Follower } from "#sync";
import type { Services, WatchProjection } from "../contract/index.ts";
import type { Watcher } from "./audience.ts";
import { Mailbox, type MailboxOwner } from "./mailbox.ts";
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
      pollers.get(invocationKey(after))?.notice(before == null ? null : after);
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

  return (ref, projection, operation) => {
    const watcher = new RunWatcher(projection, operation.signal);
    if (operation.signal.aborted) watcher.mailbox.close();
    else watcher.enter(enter(), pollerOf(ref, operation.requestId));
    return watcher.mailbox;
  };
}

/** One of thousands who watch a run, until its operation ends. */
class RunWatcher implements Watcher, MailboxOwner {
  readonly mailbox = new Mailbox<Invocation>(this);
  seen: Invocation | null = null;
  private poller: Poller | null = null;
  private countOut: (() => void) | null = null;

  constructor(
    readonly projection: WatchProjection,
    private readonly signal: AbortSignal,
  ) {}

  enter(countOut: () => void, poller: Poller): void {
    this.countOut = countOut;
    this.poller = poller;
    this.signal.addEventListener("abort", this, { once: true });
    poller.join(this);
  }

  /** The operation has ended. */
  handleEvent(): void {
    this.onReturn();
    this.mailbox.close();
  }

  onReturn(): void {
    this.poller?.leave(this);
  }

  onClose(): void {
    this.countOut?.();
    this.signal.removeEventListener("abort", this);
  }
}
