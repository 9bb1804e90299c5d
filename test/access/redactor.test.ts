import { describe, expect, it } from "@jest/globals";
import { createRedactor, type RedactionRule, redactOutput } from "#access";

const PASSWORDS: RedactionRule = {
  pattern: "(?i)(password|secret|token)\\s*[=:]\\s*\\S+",
  replaceWith: "$1=[redacted]",
};
const BY_NAME: RedactionRule = { parameter: "*password*", replaceWith: "[redacted]" };
const utf8 = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe("redaction of texts", () => {
  it.each([
    ["one secret", "user=ann Password: hunter2 ok", "user=ann Password=[redacted] ok"],
    ["several", "token=a\nsecret = b\n", "token=[redacted]\nsecret=[redacted]\n"],
    ["none", "nothing to hide", "nothing to hide"],
    ["what was redacted before", "password=[redacted] ok", "password=[redacted] ok"],
    ["characters beyond the first plane", "😀 token=😀😀 😀", "😀 token=[redacted] 😀"],
  ])("replaces %s", (_, text, value) => {
    expect(createRedactor([PASSWORDS]).text(text)).toEqual({
      value,
      isRedacted: text.includes("=") || text.includes(":"),
    });
  });

  it("applies every rule, one after the other", () => {
    const keys: RedactionRule = { pattern: "LTAI[A-Za-z0-9]{12,26}", replaceWith: "[key $$]" };
    expect(createRedactor([PASSWORDS, keys]).text("LTAI4FoLmvQ9urMuk3mPq8Zt token=LTAI4FoLmvQ9urMuk3mPq8Zt")).toEqual({
      value: "[key $] token=[redacted]",
      isRedacted: true,
    });
  });

  it("knows groups by number and by name, and takes a group without a match for nothing", () => {
    const rule: RedactionRule = { pattern: "(?P<who>\\w+):(x)?y", replaceWith: "$<who>|$2|$1" };
    expect(createRedactor([rule]).text("ann:y bob:xy").value).toBe("ann||ann bob|x|bob");
  });

  it("does nothing if a match is empty", () => {
    expect(createRedactor([{ pattern: "\\b", replaceWith: "!" }]).text("a b")).toEqual({
      value: "a b",
      isRedacted: false,
    });
  });

  it("replaces the whole text rather than let it grow without bound", () => {
    const rule: RedactionRule = { pattern: "x", replaceWith: "y".repeat(200) };
    expect(createRedactor([rule]).text("x".repeat(24_000))).toEqual({ value: "[redacted]", isRedacted: true });
  });

  it("says by a hash which rules it was", () => {
    expect(createRedactor([]).hash).toBeNull();
    expect(createRedactor([PASSWORDS]).hash).toMatch(/^[\w-]{16}$/);
    expect(createRedactor([PASSWORDS]).hash).toBe(createRedactor([{ ...PASSWORDS }]).hash);
    expect(createRedactor([PASSWORDS, BY_NAME]).hash).not.toBe(createRedactor([PASSWORDS]).hash);
  });
});

describe("redaction of parameters", () => {
  const { parameters } = createRedactor([PASSWORDS, BY_NAME]);

  it("replaces whole values by name and patterns in the rest, at any depth", () => {
    const given = {
      dbPassword: "hunter2",
      line: "token=abc next",
      port: 5432,
      empty: null,
      nested: [{ ROOT_PASSWORD_HASH: { a: 1 } }, "secret: s"],
    };
    expect(parameters(given)).toEqual({
      value: {
        dbPassword: "[redacted]",
        line: "token=[redacted] next",
        port: 5432,
        empty: null,
        nested: [{ ROOT_PASSWORD_HASH: "[redacted]" }, "secret=[redacted]"],
      },
      isRedacted: true,
    });
    expect(given.dbPassword).toBe("hunter2");
  });

  it("leaves alone what holds no secret, and null", () => {
    const given = { name: "web" };
    expect(parameters(given)).toEqual({ value: given, isRedacted: false });
    expect(parameters(null)).toEqual({ value: null, isRedacted: false });
  });

  it("ends in parameters that are nested without bound, and takes no key for the prototype", () => {
    let deep: unknown = "token=x";
    for (let depth = 0; depth < 5000; depth += 1) deep = { deep };
    expect(JSON.stringify(parameters(deep).value)).not.toContain("token");
    const given = JSON.parse('{"__proto__": {"password": "x"}}') as object;
    expect(JSON.stringify(parameters(given).value)).toBe('{"__proto__":{"password":"[redacted]"}}');
  });
});

describe("redaction of outputs", () => {
  const redactor = createRedactor([PASSWORDS]);

  it("makes UTF-8 of the redacted text and leaves other bytes as they are", () => {
    const gbk = Uint8Array.from([0xd6, 0xd0, 0x0a]);
    expect(redactOutput(utf8("密码 token=abc\n"), true, decode, redactor)).toEqual({
      bytes: utf8("密码 token=[redacted]\n"),
      isRedacted: true,
    });
    expect(redactOutput(gbk, true, decode, redactor)).toEqual({ bytes: gbk, isRedacted: false });
  });

  it("shows only whole lines of what goes on: half a secret matches no rule", () => {
    expect(redactOutput(utf8("ok\ntoken"), false, decode, redactor)).toEqual({
      bytes: utf8("ok\n"),
      isRedacted: false,
    });
    expect(redactOutput(utf8("tok"), false, decode, redactor)).toEqual({ bytes: utf8(""), isRedacted: false });
    expect(redactOutput(utf8("ok\ntoken"), true, decode, redactor).bytes).toEqual(utf8("ok\ntoken"));
  });

  it("finds lines in UTF-16 of both orders, with a mark and without", () => {
    const little = (text: string) => new Uint8Array(Buffer.from(text, "utf16le"));
    const big = (text: string) => new Uint8Array(Buffer.from(text, "utf16le").swap16());
    for (const encode of [little, big]) {
      for (const mark of ["\ufeff", ""]) {
        expect(redactOutput(encode(`${mark}ok\ntok\u0a41`), false, decode, redactor).bytes).toEqual(
          encode(`${mark}ok\n`),
        );
      }
    }
  });

  it("asks for no text and cuts nothing without rules", () => {
    const bytes = utf8("half a li");
    const decodeNothing = () => {
      throw new Error("decoded for nothing");
    };
    expect(redactOutput(bytes, false, decodeNothing, createRedactor([]))).toEqual({ bytes, isRedacted: false });
  });
});
