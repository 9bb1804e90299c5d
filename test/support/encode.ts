/** Encodes a text in a charset of one or two bytes a character, which the platform only decodes. */
export function encodeIn(charset: string, text: string): Uint8Array {
  const table = tableOf(charset);
  return Uint8Array.from(
    [...text].flatMap((character) => {
      const code = table.get(character);
      if (code === undefined) throw new RangeError(`${charset} has no ${character}`);
      return code;
    }),
  );
}

/** UTF-16 with the low byte first. */
export function encodeUtf16le(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "utf16le"));
}

/** UTF-16 with the high byte first. */
export function encodeUtf16be(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "utf16le").swap16());
}

const tables = new Map<string, ReadonlyMap<string, readonly number[]>>();

function tableOf(charset: string): ReadonlyMap<string, readonly number[]> {
  const known = tables.get(charset) ?? createTable(charset);
  tables.set(charset, known);
  return known;
}

function createTable(charset: string): ReadonlyMap<string, readonly number[]> {
  const decoder = new TextDecoder(charset);
  const table = new Map<string, readonly number[]>();
  for (let lead = 0; lead < 256; lead += 1) {
    const one = decoder.decode(Uint8Array.of(lead));
    if ([...one].length === 1 && one !== "\ufffd") table.set(one, [lead]);
    for (let trail = 0x40; lead > 0x80 && trail < 256; trail += 1) {
      const two = decoder.decode(Uint8Array.of(lead, trail));
      if ([...two].length === 1 && !table.has(two)) table.set(two, [lead, trail]);
    }
  }
  return table;
}
