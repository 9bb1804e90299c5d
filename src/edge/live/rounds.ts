/** Lets so many pass in each round of the event loop; those that come later wait for one of the next rounds. */
export function createRounds(perRound: number): () => Promise<void> | null {
  let left = perRound;
  let isBooked = false;
  let waiting: (() => void)[] = [];
  const book = () => {
    if (isBooked) return;
    isBooked = true;
    setImmediate(beginRound);
  };
  const beginRound = () => {
    isBooked = false;
    const next = waiting.slice(0, perRound);
    waiting = waiting.slice(perRound);
    left = perRound - next.length;
    if (next.length > 0) book();
    for (const pass of next) pass();
  };
  return () => {
    book();
    if (left > 0) {
      left -= 1;
      return null;
    }
    return new Promise((resolve) => {
      waiting.push(resolve);
    });
  };
}
