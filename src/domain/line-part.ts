/** The first part of bytes by their line feeds. */
export interface LinePart {
  /** Where it ends: behind a line feed, or with the bytes. */
  readonly end: number;
  /** How many line feeds it has. */
  readonly lines: number;
}

const LINE_FEED = 10;

/** The longest part from the beginning that has no more line feeds than `most`, whole lines if others follow. */
export function takeLines(bytes: Buffer, most: number): LinePart {
  let end = 0;
  for (let lines = 0; ; lines += 1) {
    const at = bytes.indexOf(LINE_FEED, end);
    if (at < 0) return { end: bytes.length, lines };
    if (lines === most) return { end, lines };
    end = at + 1;
  }
}
