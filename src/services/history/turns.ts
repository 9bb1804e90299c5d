/** Does one work after the other, whatever became of the ones before. */
export type InTurn = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** Makes a queue; what fails fails for who asked for it alone. */
export function createTurns(): InTurn {
  let before: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = before.then(work);
    before = result.catch(() => {});
    return result;
  };
}
