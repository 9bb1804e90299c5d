/** A number in [0, 1) that follows from its seed alone. */
export type Random = () => number;

/** Mulberry32: small, fast and good enough for a made-up world. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Mixes whole numbers and texts into 32 bits; equal inputs give equal results on every machine. */
export function hash(...parts: readonly (number | string)[]): number {
  let value = 0x811c9dc5;
  for (const part of parts) {
    if (typeof part === "string") {
      for (let i = 0; i < part.length; i += 1) value = Math.imul(value ^ part.charCodeAt(i), 0x01000193);
    } else {
      value = Math.imul(value ^ ((part % 0x100000000) | 0), 0x85ebca6b);
      value = Math.imul(value ^ (value >>> 15) ^ Math.floor(part / 0x100000000), 0x01000193);
    }
    value = Math.imul(value ^ 0x1f, 0x01000193);
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  return (value ^ (value >>> 13)) >>> 0;
}

/** One of a list. @throws RangeError where the list is empty. */
export function pick<T>(random: Random, list: readonly T[]): T {
  const chosen = list[Math.floor(random() * list.length)];
  if (chosen === undefined) throw new RangeError("nothing to pick from");
  return chosen;
}

/** A whole number from `low` to `high`, both included. */
export function between(random: Random, low: number, high: number): number {
  return low + Math.floor(random() * (high - low + 1));
}

/** Texts of the given alphabet, as ids are made of. */
export function randomText(random: Random, length: number, alphabet = "0123456789abcdefghijklmnopqrstuvwxyz"): string {
  let text = "";
  for (let i = 0; i < length; i += 1) text += alphabet[Math.floor(random() * alphabet.length)];
  return text;
}
