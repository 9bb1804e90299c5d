/** Parts of a pattern in RE2's syntax: quoted text, an escape, a class, the beginning of a group, a repetition, or any other character. */
const PART =
  /\\Q(?<quoted>.*?)(?:\\E|$)|\\(?:x[0-9A-Fa-f]{2}|[0-7]{1,3}|[pP][A-Za-z]|[xpP]\{[^}]*\}|.|$)|\[\^?\]?(?:\[:\^?[a-z]+:\]|\\.|[^\]\\])*\]|(?<open>\((?:\?(?:P?<[^>]*>|[a-zA-Z-]*(?<flags>[:)])))?)|\{(?<least>\d+)(?:,(?<most>\d*))?\}|./gsu;

/**
 * How large the program of a pattern is at least, as RE2 counts it, found without making it: repetitions are written out in it, so that
 * a few hundred characters make one of a hundred thousand.
 */
export function leastProgramSize(pattern: string): number {
  const around: number[] = [];
  let size = 0;
  /** How much of `size` a repetition behind it repeats. */
  let last = 0;
  const add = (more: number): void => {
    size += more;
    last = more;
  };
  for (const { 0: part, groups = {} } of pattern.matchAll(PART)) {
    const { quoted, open, flags, least, most } = groups;
    if (quoted !== undefined) {
      add([...quoted].length);
      last = Math.min(1, last);
    } else if (open !== undefined) {
      if (flags === ")") continue;
      around.push(size);
      size = open.endsWith(":") ? 0 : 1;
    } else if (part === ")") {
      const inner = size;
      size = around.pop() ?? 0;
      add(inner);
    } else if (least !== undefined) {
      // Without an end it goes round once more.
      const times = Math.max(Number(least), Number(most ?? 0));
      size += last * (times - 1);
      last *= times;
    } else add("|*+?".includes(part) ? 0 : 1);
  }
  return size + around.reduce((sum, one) => sum + one, 0);
}
