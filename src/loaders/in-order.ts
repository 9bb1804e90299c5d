/** Makes things one after the other, in the order of the calls; one that fails holds no other up. */
export function createInOrder(): <Made>(make: () => Promise<Made>) => Promise<Made> {
  let earlier: Promise<unknown> = Promise.resolve();
  return (make) => {
    const made = earlier.then(make);
    earlier = made.then(
      () => {},
      () => {},
    );
    return made;
  };
}
