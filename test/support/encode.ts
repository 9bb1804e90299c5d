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

/** GB18030 with its characters of four bytes, as far as they lie in the Basic Multilingual Plane. */
export function encodeGb18030(text: string): Uint8Array {
  const table = tableOf("gb18030");
  return Uint8Array.from([...text].flatMap((character) => table.get(character) ?? longCodeOf(character)));
}

const longCodes = new Map<string, readonly number[]>();

function longCodeOf(character: string): readonly number[] {
  if (longCodes.size === 0) fillLongCodes();
  const found = longCodes.get(character);
  if (found === undefined) throw new RangeError(`gb18030 has no ${character} in four bytes`);
  return found;
}

function fillLongCodes(): void {
  const decoder = new TextDecoder("gb18030");
  for (let code = 0; code < 39_420; code += 1) {
    const digits = [Math.floor(code / 12_600), Math.floor(code / 1_260) % 10, Math.floor(code / 10) % 126, code % 10];
    const bytes = digits.map((digit, at) => digit + (at % 2 === 0 ? 0x81 : 0x30));
    longCodes.set(decoder.decode(Uint8Array.from(bytes)), bytes);
  }
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
