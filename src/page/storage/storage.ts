/** Texts that the browser keeps for this page. It may forbid that: then nothing is there, and nothing is kept. */
interface TextStore {
  /** Null if there is none. */
  recall(name: string): string | null;
  /** Null forgets it. False if the browser forbids it. */
  keep(name: string, text: string | null): boolean;
}

/** Until the tab is closed. */
export const tabStore = createStore(() => sessionStorage);

/** For all tabs, and for good. */
export const browserStore = createStore(() => localStorage);

function createStore(storage: () => Storage): TextStore {
  const attempt = <Result>(work: () => Result, otherwise: Result): Result => {
    try {
      return work();
    } catch {
      return otherwise;
    }
  };
  return {
    recall: (name) => attempt(() => storage().getItem(name), null),
    keep: (name, text) =>
      attempt(() => {
        if (text === null) storage().removeItem(name);
        else storage().setItem(name, text);
        return true;
      }, false),
  };
}
