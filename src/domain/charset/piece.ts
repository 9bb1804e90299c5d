/** A stretch of bytes that is read in one way. */
export interface Piece {
  readonly start: number;
  /** The first byte behind it. */
  readonly end: number;
  /** WHATWG name of its charset. */
  readonly charset: string;
  /** True where the bytes are no whole characters: what a cut left of one, or none at all. */
  readonly isGap: boolean;
}

/** How some bytes are read: what stands in no piece (a byte order mark) is no text. */
export interface Plan {
  /** In order, each beginning at or behind the end of the one before. */
  readonly pieces: readonly Piece[];
  /** WHATWG name of the charset of the whole. */
  readonly charset: string;
  /** False where the bytes would as well fit another charset, and nothing says which. */
  readonly isCertain: boolean;
}
