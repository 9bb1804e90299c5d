import { describe, expect, it } from "@jest/globals";
import { createSealer } from "#services";

const textOf = (bytes: Uint8Array | null): string | null => (bytes === null ? null : Buffer.from(bytes).toString());

describe("a sealer", () => {
  it("opens what it sealed, for the same purpose alone, and seals the same always as the same text", () => {
    const sealer = createSealer({ keys: ["one"] });
    const sealed = sealer.seal("runs", "the text");
    expect([textOf(sealer.open("runs", sealed)), sealer.open("results", sealed)]).toEqual(["the text", null]);
    expect(sealer.seal("runs", "the text")).toBe(sealed);
  });

  it("seals with its first key and opens with any", () => {
    const old = createSealer({ keys: ["old"] });
    const both = createSealer({ keys: ["new", "old"] });
    expect(textOf(both.open("runs", old.seal("runs", "before")))).toBe("before");
    expect(old.open("runs", both.seal("runs", "after"))).toBeNull();
  });

  it.each(["", "A", "????", "AAAA".repeat(20)])("does not open %j", (text) => {
    expect(createSealer({ keys: ["one"] }).open("runs", text)).toBeNull();
  });

  it("does not open a text that was changed in any one place", () => {
    const sealer = createSealer({ keys: ["one"] });
    const sealed = sealer.seal("runs", "text");
    const opened = Array.from({ length: sealed.length }, (_, place) => {
      const other = sealed[place] === "A" ? "B" : "A";
      return sealer.open("runs", `${sealed.slice(0, place)}${other}${sealed.slice(place + 1)}`);
    });
    expect(opened.filter((text) => text !== null)).toEqual([]);
  });

  it("knows a text that names other keys from one that was changed", () => {
    const [one, other] = [createSealer({ keys: ["one"] }), createSealer({ keys: ["other"] })];
    const both = createSealer({ keys: ["new", "one"] });
    const sealed = one.sealNamed("place", "text");
    const changed = `${sealed.slice(0, -1)}${sealed.endsWith("A") ? "B" : "A"}`;
    const opened = [
      ...[one, both].map((sealer) => textOf(sealer.openNamed("place", sealed) as Uint8Array)),
      other.openNamed("place", sealed),
      one.openNamed("elsewhere", sealed),
      one.openNamed("place", changed),
      other.openNamed("place", one.seal("place", "text")),
      ...["", "A", "%%%", "????AAAA"].map((text) => one.openNamed("place", text)),
    ];
    expect(opened).toEqual(["text", "text", "foreign", null, null, null, null, null, null, null]);
  });

  it("needs a key", () => {
    expect(() => createSealer({ keys: [] })).toThrow(RangeError);
  });
});
