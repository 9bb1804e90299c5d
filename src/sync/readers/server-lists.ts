import { type Instance, type InstanceRef, type Operation, type Source, sourceKey, UpstreamError } from "#domain";
import type { ListedServers, ServerList } from "#upstreams";
import type { ReaderParts } from "./reader-parts.ts";

/** The servers of a source as they are known. */
export interface KnownServers {
  readonly instances: readonly Instance[];
  /** False if some are perhaps not known. */
  readonly isWhole: boolean;
  /** Why a list of them could not be read now, or lacks some; null if nothing is wrong. */
  readonly failure: UpstreamError | null;
}

/** Reads all servers of a source. */
export interface ServerLists {
  /** A minute old at most, shared by all who wait. A list that fails is shown as it was read last. @throws UpstreamError if none ever was */
  read(source: Source, operation: Operation): Promise<KnownServers>;
}

interface KnownList extends KnownServers {
  /** False if nothing was ever read of it. */
  readonly isKnown: boolean;
  /** As it was when it was read to its end. */
  readonly whole: readonly Instance[];
  /** Until when it is not read again, by the time that only goes forward. */
  readonly until: number;
}

/** A search for servers by their names reads them all. */
const KEEP_MS = 60_000;
/** One that may be read to its end now is read again soon, and not by everybody who asks. */
const KEEP_FAILED_MS = 2_000;

const UNKNOWN: KnownList = { instances: [], whole: [], isWhole: false, failure: null, isKnown: false, until: 0 };

/** Each list is read and kept on its own. @param keep is told each server that was read */
export function createServerLists(
  { book, singleFlight, clock }: ReaderParts,
  keep: (ref: InstanceRef, instance: Instance) => void,
): ServerLists {
  const lists = new Map<string, KnownList>();

  async function readNow(source: Source, list: ServerList, name: string, operation: Operation): Promise<KnownList> {
    const before = lists.get(name) ?? UNKNOWN;
    try {
      const { instances, lack } = await singleFlight.share(`servers|${name}`, source, operation, (shared) =>
        orLacking((failing) => book.servers.watch(source, (noted) => list.read(noted).then(failing), shared)),
      );
      for (const one of instances) keep(one, one);
      // A list that is wrong in itself is all that there is; of one that broke off, what it showed before may be there still.
      const isBrokenOff = lack !== null && lack.code !== "BAD_RESPONSE";
      const known = {
        instances: byId(isBrokenOff ? [...before.whole, ...instances] : instances),
        whole: isBrokenOff ? before.whole : instances,
        isWhole: lack === null,
        failure: lack,
        isKnown: before.isKnown || lack === null || instances.length > 0,
        until: clock.elapsed() + (lack?.retryable === true ? KEEP_FAILED_MS : KEEP_MS),
      };
      lists.set(name, known);
      return known;
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      return { ...before, failure: error };
    }
  }

  return {
    async read(source, operation) {
      const read = await Promise.all(
        (book.findUpstream(source)?.serverLists ?? []).map((list) => {
          const name = `${sourceKey(source)}|${list.key}`;
          const known = lists.get(name);
          return known !== undefined && known.until > clock.elapsed() ? known : readNow(source, list, name, operation);
        }),
      );
      const failure = read.find((one) => one.failure !== null)?.failure ?? null;
      if (failure !== null && !read.some(({ isKnown }) => isKnown)) throw failure;
      return {
        instances: byId(read.flatMap(({ instances }) => instances)),
        isWhole: read.every(({ isWhole }) => isWhole),
        failure,
      };
    },
  };
}

/** What a list gave before it failed. To the one who watches the source it failed. */
async function orLacking(
  read: (failing: (listed: ListedServers) => ListedServers) => Promise<ListedServers>,
): Promise<ListedServers> {
  let lacking: ListedServers | null = null;
  try {
    return await read((listed) => {
      if (listed.lack?.retryable !== true) return listed;
      lacking = listed;
      throw listed.lack;
    });
  } catch (error) {
    if (lacking === null) throw error;
    return lacking;
  }
}

/** Each server once, as it was read last. */
function byId(instances: readonly Instance[]): readonly Instance[] {
  const known = new Map(instances.map((one) => [one.instanceId, one]));
  return [...known.values()].sort((a, b) => (a.instanceId < b.instanceId ? -1 : 1));
}
