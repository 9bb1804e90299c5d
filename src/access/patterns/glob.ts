/** A name pattern: `*` stands for any characters, `?` for one; everything else for itself. */
export interface Glob {
  matches(name: string): boolean;
}

/** Longest name pattern, in UTF-16 units. */
export const MAX_GLOB_LENGTH = 200;

/** Compiles a name pattern, which has to match the whole name. Never more work than name times pattern. */
export function compileGlob(pattern: string, options: { readonly ignoreCase?: boolean } = {}): Glob {
  const fold = (text: string) => (options.ignoreCase ? text.toLowerCase() : text);
  const folded = fold(pattern);
  if (!isGlob(pattern)) return { matches: (name) => fold(name) === folded };
  return { matches: (name) => matchesGlob(folded, fold(name)) };
}

/** True if the text holds `*` or `?`. */
export function isGlob(text: string): boolean {
  return /[*?]/.test(text);
}

/** Goes back to the last star only: an earlier one can never match what a later one cannot. */
function matchesGlob(pattern: string, name: string): boolean {
  let at = 0;
  let place = 0;
  let star = -1;
  let starPlace = 0;
  while (place < name.length) {
    if (pattern[at] === "*") {
      star = at;
      starPlace = place;
      at += 1;
    } else if (pattern[at] === "?" || pattern[at] === name[place]) {
      at += 1;
      place += 1;
    } else if (star >= 0) {
      starPlace += 1;
      place = starPlace;
      at = star + 1;
    } else return false;
  }
  while (pattern[at] === "*") at += 1;
  return at === pattern.length;
}
