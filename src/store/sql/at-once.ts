/** Lets some of those that come go on, and each of the others when one of these is through, in the order in which they came. */
export function createLine(most: number): <Result>(pass: () => Promise<Result>) => Promise<Result> {
  const waiting: (() => void)[] = [];
  let within = 0;
  return async (pass) => {
    if (within < most) within += 1;
    // Who leaves hands its place on.
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await pass();
    } finally {
      const next = waiting.shift();
      if (next === undefined) within -= 1;
      else next();
    }
  };
}
