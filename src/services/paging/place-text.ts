import type { Position } from "#store";

/** Writes small plain data as few bytes. */
export interface ByteWriter {
  /** A whole number from -2 to 2^53. */
  number(value: number): void;
  text(value: string): void;
  bytes(): Uint8Array;
}

/** Reads what a {@link ByteWriter} wrote; null once anything does not fit. */
export interface ByteReader {
  number(): number;
  text(): string;
  isAtEnd(): boolean;
}

const PLAIN = 0;
const HEX = 1;

/** Starts empty. */
export function createByteWriter(): ByteWriter {
  const out: number[] = [];
  const number = (value: number): void => {
    let left = value + 2;
    while (left > 0x7f) {
      out.push((left % 0x80) | 0x80);
      left = Math.floor(left / 0x80);
    }
    out.push(left);
  };
  return {
    number,
    text(value) {
      const match = /^((?:[a-z]{1,2}-)?)([0-9a-f]{32})$/.exec(value);
      const [prefix = "", hex = ""] = match?.slice(1) ?? [];
      const body = match === null ? Buffer.from(value) : Buffer.concat([Buffer.from(prefix), Buffer.from(hex, "hex")]);
      // Ids of 32 hexadecimal digits take half their length.
      out.push(match === null ? PLAIN : HEX);
      number(body.length);
      out.push(...body);
    },
    bytes: () => Uint8Array.from(out),
  };
}

/** @throws RangeError if the bytes end too early */
export function createByteReader(bytes: Uint8Array): ByteReader {
  let at = 0;
  const next = (): number => {
    const byte = bytes[at];
    if (byte === undefined) throw new RangeError("The text ends too early.");
    at += 1;
    return byte;
  };
  const number = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = next();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value - 2;
    }
  };
  return {
    number,
    text() {
      const isHex = next() === HEX;
      const length = number();
      const body = Buffer.from(bytes.subarray(at, at + length));
      at += length;
      if (body.length !== length) throw new RangeError("The text ends too early.");
      return isHex ? `${body.subarray(0, -16).toString()}${body.subarray(-16).toString("hex")}` : body.toString();
    },
    isAtEnd: () => at === bytes.length,
  };
}

/** Places keep their source as a number, so that its words do not make cursors long. */
export interface SourceNumbers {
  numberOf(rank: string): number;
  rankOf(number: number): string;
}

/** Writes a place. */
export function writePosition(writer: ByteWriter, { time, source, invokeId }: Position, numbers: SourceNumbers): void {
  writer.number(time);
  writer.number(source === "" ? 0 : numbers.numberOf(source));
  writer.text(invokeId);
}

/** Reads a place; of a source that is configured no more, the place in front of its time. */
export function readPosition(reader: ByteReader, numbers: SourceNumbers): Position {
  const time = reader.number();
  const number = reader.number();
  const source = number === 0 ? "" : numbers.rankOf(number);
  const invokeId = reader.text();
  return source === "" ? { time, source, invokeId: "" } : { time, source, invokeId };
}
