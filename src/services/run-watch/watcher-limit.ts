import { InputError } from "#domain";

/**
 * Counts those who watch; what it returns counts one in, and gives what counts it out again, to be called once.
 * @param what is watched, in the plural
 */
export function createWatcherLimit(max: number, what: "runs" | "lists"): () => () => void {
  let count = 0;
  return () => {
    if (count >= max) {
      const message = `Limit watchers: at most ${max} ${what} can be watched at a time; try again when others have ended.`;
      throw new InputError("LIMIT_EXCEEDED", message, null, { limit: "watchers", max });
    }
    count += 1;
    return () => {
      count -= 1;
    };
  };
}
