import type { Redactor } from "#access";
import type { Invocation } from "#domain";
import type { RunOutline, RunStore, StoredRun } from "#store";
import { redactExecution, redactOutline, redactRun, redactRunNow } from "./records.ts";

/**
 * A store whose records leave it by the rules of the moment: those that other rules were applied to are gone over once more.
 * What is there has been redacted when it came in.
 */
export function redactStore(store: RunStore, redactor: () => Redactor): RunStore {
  const done = createDone(redactor);
  const hide = async (stored: StoredRun): Promise<StoredRun> => {
    let run = done.find(stored.run);
    // Rules may change while a run is gone over.
    while (run === undefined) {
      const rules = redactor();
      const redacted = await redactRun(stored.run, rules);
      if (rules.hash === redactor().hash) run = done.note(stored.run, redacted);
    }
    return run === stored.run ? stored : { ...stored, run };
  };
  const hideIn = async (all: readonly StoredRun[]): Promise<readonly StoredRun[]> => {
    const hidden: StoredRun[] = [];
    for (const one of all) hidden.push(await hide(one));
    return hidden;
  };
  return {
    ...store,
    async readOutlines(request) {
      const found = await store.readOutlines(request);
      if (request.detail !== "OUTPUTS") return found;
      const outlines: RunOutline[] = [];
      for (const one of found.outlines) outlines.push(await redactOutline(one, redactor()));
      return { ...found, outlines };
    },
    readPage: async (request) => hideIn(await store.readPage(request)),
    readUnfinished: async (...asked) => hideIn(await store.readUnfinished(...asked)),
    async readRuns(...asked) {
      const hidden: (StoredRun | null)[] = [];
      for (const stored of await store.readRuns(...asked)) hidden.push(stored === null ? null : await hide(stored));
      return hidden;
    },
    async readLooseResults(ref) {
      const found = await store.readLooseResults(ref);
      return Promise.all(found.map(async (one) => ({ ...one, result: await redactExecution(one.result, redactor()) })));
    },
    onChange: (listener) =>
      store.onChange((changes) => {
        const hideNow = (run: Invocation) => done.find(run) ?? done.note(run, redactRunNow(run, redactor()));
        listener(
          changes.map(({ before, after }) => ({
            before: before == null ? before : hideNow(before),
            after: hideNow(after),
          })),
        );
      }),
  };
}

/** Which runs have been gone over by the rules of the moment: rows are read far more often than rules change. */
function createDone(redactor: () => Redactor) {
  let hash = redactor().hash;
  let done = new WeakMap<Invocation, Invocation>();
  const current = () => {
    if (redactor().hash !== hash) {
      hash = redactor().hash;
      done = new WeakMap();
    }
    return done;
  };
  return {
    find: (run: Invocation) => current().get(run),
    note(run: Invocation, redacted: Invocation): Invocation {
      current().set(run, redacted);
      return redacted;
    },
  };
}
