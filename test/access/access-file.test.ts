import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { AccessFileError, createRedactor, readAccessFile } from "#access";
import { knownAccounts } from "./files.ts";

const EXAMPLE = `
oidc:
  - issuer: https://login.example.com/realms/ops
    audience: cloud-assistant
    algorithms: [RS256, ES256]
    rolesClaim: groups
    nameClaim: preferred_username
    clientId: cloud-assistant-page
proxy:
  from: [127.0.0.1/32, 10.0.0.0/8]
  userHeader: X-Forwarded-User
  rolesHeader: x-forwarded-groups
keys:
  - { name: deploy-bot, sha256: ${"AB".repeat(32)}, roles: [operators], expires: 2027-01-01 }
roles:
  operators:  { may: [runs, commands, outputs], sources: [{ account: production }, { account: testing, provider: ECS, regions: [cn-*] }] }
  viewers:    { may: [runs], sources: [{}] }
  auditors:   { may: [runs, commands, outputs], sources: [{}], commandNames: [audit-*] }
everyone: [viewers]
redact:
  - { pattern: '(?i)(password|secret|token)\\s*[=:]\\s*\\S+', replaceWith: '$1=[redacted]' }
  - { parameter: '*password*' }
limits:
  default:    { operationsPerMinute: 600, callsPerMinute: 120, subscriptions: 200 }
  deploy-bot: { operationsPerMinute: 3000 }
`;

const anyAccount = { account: null, provider: null, regions: null };

function read(text: string) {
  return readAccessFile(text, "access.yml", { accounts: knownAccounts("production", "testing") });
}

function problemsOf(text: string): readonly string[] {
  try {
    read(text);
  } catch (error) {
    if (error instanceof AccessFileError) return error.problems;
    throw error;
  }
  return [];
}

/** Faults of a file that is right but for these lines. */
function faultsOf(lines: string): readonly string[] {
  return problemsOf(`proxy: { from: [10.0.0.0/8], userHeader: x-user }\n${lines}`);
}

describe("an access file", () => {
  it("is read with everything that it may say", () => {
    expect(read(EXAMPLE)).toEqual({
      doubts: [],
      version: expect.stringMatching(/^[\w-]{43}$/),
      oidc: [
        {
          issuer: "https://login.example.com/realms/ops",
          audience: ["cloud-assistant"],
          algorithms: ["RS256", "ES256"],
          rolesClaim: "groups",
          nameClaim: "preferred_username",
          clientId: "cloud-assistant-page",
          writtenAt: "access.yml:3",
        },
      ],
      proxy: {
        from: ["127.0.0.1/32", "10.0.0.0/8"],
        userHeader: "x-forwarded-user",
        rolesHeader: "x-forwarded-groups",
      },
      keys: [{ name: "deploy-bot", sha256: "ab".repeat(32), roles: ["operators"], expiresAt: Date.UTC(2027, 0, 1) }],
      roles: new Map(
        Object.entries({
          operators: {
            may: ["runs", "commands", "outputs"],
            sources: [
              { ...anyAccount, account: "production" },
              { account: "testing", provider: "ECS", regions: ["cn-*"] },
            ],
            commandNames: null,
          },
          viewers: { may: ["runs"], sources: [anyAccount], commandNames: null },
          auditors: { may: ["runs", "commands", "outputs"], sources: [anyAccount], commandNames: ["audit-*"] },
        }),
      ),
      everyone: ["viewers"],
      redact: [
        { pattern: "(?i)(password|secret|token)\\s*[=:]\\s*\\S+", replaceWith: "$1=[redacted]" },
        { parameter: "*password*", replaceWith: "[redacted]" },
      ],
      limits: {
        default: { operationsPerMinute: 600, callsPerMinute: 120, subscriptions: 200, rows: 0 },
        byName: new Map([
          ["deploy-bot", { operationsPerMinute: 3000, callsPerMinute: 120, subscriptions: 200, rows: 0 }],
        ]),
      },
    });
  });

  it("may be JSON, and has the same version as long as its text is the same", () => {
    const json = JSON.stringify({ keys: [{ name: "bot", sha256: "0".repeat(64), roles: [] }] });
    expect(read(json).keys).toEqual([{ name: "bot", sha256: "0".repeat(64), roles: [], expiresAt: null }]);
    expect(read(json).version).toBe(read(json).version);
    expect(read(json).version).not.toBe(read(`${json}\n`).version);
  });

  it.each<[string, string, readonly string[]]>([
    [
      "an unknown role",
      "everyone: [nobody]",
      ['access.yml:2: `everyone[0]`: expected a role of this file (none is there), got "nobody".'],
    ],
    [
      "an unknown role of a key",
      `keys:\n  - name: bot\n    sha256: "${"0".repeat(64)}"\n    roles: [a, b]\nroles: { a: { may: [runs], sources: [{}] } }`,
      ['access.yml:5: `keys[0].roles[1]`: expected a role of this file (a), got "b".'],
    ],
    [
      "an unknown kind",
      "roles:\n  a:\n    may: [runs, output]\n    sources: [{}]",
      ['access.yml:4: `roles.a.may[1]`: expected one of runs, commands, outputs, got "output".'],
    ],
    [
      "a text in place of a list, however long",
      "roles: { a: { may: runs, sources: [{}] }, b: { may: [], sources: [{}] }, c: { may: [runs, runs, runs, runs], sources: [{}] } }",
      [
        'access.yml:2: `roles.a.may`: expected a list, got "runs".',
        "access.yml:2: `roles.b.may`: expected at least one member, got an empty list.",
        "access.yml:2: `roles.c.may`: expected at most 3 members, got a list of 4.",
      ],
    ],
    [
      "an unknown account, and a pattern that fits none",
      "roles:\n  a:\n    may: [runs]\n    sources:\n      - account: productoin\n      - account: stag*",
      [
        'access.yml:6: `roles.a.sources[0].account`: expected an account of the gateway (production, testing), got "productoin".',
        'access.yml:7: `roles.a.sources[1].account`: expected a pattern that fits an account of the gateway (production, testing), got "stag*".',
      ],
    ],
    [
      "an unknown product",
      "roles: { a: { may: [runs], sources: [{ provider: EC2 }] } }",
      ['access.yml:2: `roles.a.sources[0].provider`: expected one of ECS, SWAS, got "EC2".'],
    ],
    [
      "a bad pattern",
      "redact:\n  - { pattern: 'a(?=b)' }\n  - { pattern: '(a{100}){50}' }\n  - { pattern: 'a*' }",
      [
        expect.stringMatching(
          /^access\.yml:3: `redact\[0\]\.pattern`: expected a regular expression in RE2's syntax \(.*\), got "a\(\?=b\)"\.$/,
        ) as unknown as string,
        expect.stringMatching(/^access\.yml:4: `redact\[1\]\.pattern`: expected a /) as unknown as string,
        'access.yml:5: `redact[2].pattern`: expected a pattern that does not match the empty text, got "a*".',
      ],
    ],
    [
      "a replacement that would show the secret",
      "redact: [{ pattern: 'p=(x)', replaceWith: '$&' }, { pattern: 'p=(x)', replaceWith: '$2' }]",
      [
        'access.yml:2: `redact[0].replaceWith`: expected references to groups only ($$ is a dollar); $& refers to no group of the pattern, got "$&".',
        'access.yml:2: `redact[1].replaceWith`: expected references to groups only ($$ is a dollar); $2 refers to no group of the pattern, got "$2".',
      ],
    ],
    [
      "a rule of both kinds, and of neither",
      "redact: [{ pattern: p, parameter: q }, {}]",
      [
        "access.yml:2: `redact[0]`: expected either pattern or parameter, got both.",
        "access.yml:2: `redact[1]`: expected either pattern or parameter, got neither.",
      ],
    ],
    [
      "a bad date",
      `keys: [{ name: bot, sha256: "${"0".repeat(64)}", roles: [], expires: 2027-02-30 }]`,
      ['access.yml:2: `keys[0].expires`: expected a date as 2027-01-01, or an instant with a zone, got "2027-02-30".'],
    ],
    [
      "a key instead of its hash, which is not repeated",
      "keys: [{ name: bot, sha256: cag_c2VjcmV0, roles: [] }]",
      [
        "access.yml:2: `keys[0].sha256`: expected 64 hexadecimal digits, as npm run key prints them, got a string that is not shown.",
      ],
    ],
    [
      "a key where none belongs, which is not repeated",
      `keys: [cag_c2VjcmV0, { name: bot, sha256: "${"0".repeat(64)}", roles: [cag_c2VjcmV0], expires: cag_c2VjcmV0, cag_c2VjcmV0: 1 }]`,
      [
        "access.yml:2: `keys[0]`: expected a map, got a string that is not shown.",
        "access.yml:2: `keys[1].expires`: expected a date as 2027-01-01, or an instant with a zone, got a string that is not shown.",
        "access.yml:2: `keys[1].roles[0]`: expected a role of this file (none is there), got a string that is not shown.",
        "access.yml:2: `keys[1].(not shown)`: expected a known key, got this one.",
      ],
    ],
    [
      "an issuer with a password or a token, which is not repeated",
      "oidc: [{ issuer: 'https://ops:pppass@example.com', audience: a }, { issuer: 'https://example.com/?token=pppass', audience: a }]",
      [0, 1].map(
        (index) =>
          `access.yml:2: \`oidc[${index}].issuer\`: expected an https URL without query and fragment (plain http to loopback only), got a string that is not shown.`,
      ),
    ],
    [
      "a key that stands twice",
      `keys:\n  - { name: a, sha256: "${"0".repeat(64)}", roles: [] }\n  - { name: a, sha256: "${"0".repeat(64)}", roles: [] }`,
      [
        "access.yml:4: `keys[1].name`: expected one that no other key has, got that of keys[0].",
        "access.yml:4: `keys[1].sha256`: expected one that no other key has, got that of keys[0].",
      ],
    ],
    ["an unknown key", "everyones: []", ["access.yml:2: `everyones`: expected a known key, got this one."]],
    [
      "an unknown key further in",
      "roles:\n  a:\n    may: [runs]\n    source: [{}]",
      [
        "access.yml:3: `roles.a.sources`: expected a list, got nothing.",
        "access.yml:5: `roles.a.source`: expected a known key, got this one.",
      ],
    ],
    [
      "algorithms that anybody could sign with",
      "oidc: [{ issuer: 'https://a.example', audience: b, algorithms: [none, HS256] }]",
      [
        expect.stringMatching(
          /^access\.yml:2: `oidc\[0\]\.algorithms\[0\]`: expected one of RS256, .* \(never none, never HMAC\), got "none"\.$/,
        ) as unknown as string,
        expect.stringMatching(
          /^access\.yml:2: `oidc\[0\]\.algorithms\[1\]`: expected .*, got "HS256"\.$/,
        ) as unknown as string,
      ],
    ],
    [
      "an issuer over plain http elsewhere than on loopback",
      "oidc:\n  - { issuer: 'http://login.example.com', audience: b }\n  - { issuer: 'http://localhost.example.com', audience: b }\n  - { issuer: 'http://127.0.0.1:8080', audience: b }\n  - { issuer: 'https://a.example/?x', audience: b }",
      [
        'access.yml:3: `oidc[0].issuer`: expected an https URL without query and fragment (plain http to loopback only), got "http://login.example.com".',
        'access.yml:4: `oidc[1].issuer`: expected an https URL without query and fragment (plain http to loopback only), got "http://localhost.example.com".',
        "access.yml:6: `oidc[3].issuer`: expected an https URL without query and fragment (plain http to loopback only), got a string that is not shown.",
      ],
    ],
    [
      "limits that are none",
      "limits: { default: { operationsPerMinute: -1, rows: 1.5, operationsPerHour: 3 } }",
      [
        "access.yml:2: `limits.default.operationsPerMinute`: expected a whole number from 0, got -1.",
        "access.yml:2: `limits.default.rows`: expected a whole number from 0, got 1.5.",
        "access.yml:2: `limits.default.operationsPerHour`: expected a known key, got this one.",
      ],
    ],
    [
      "faults of every kind at once",
      "keys: [{ name: bot, sha256: zz, roles: [nope, 3] }]\nroles: { r: { may: [output], sources: [{ account: nobody }, 7] } }\neveryone: [zip]\nredact: [{ pattern: '(' }, 4]",
      [
        "access.yml:2: `keys[0].sha256`: expected 64 hexadecimal digits, as npm run key prints them, got a string that is not shown.",
        "access.yml:2: `keys[0].roles[1]`: expected a text, got 3.",
        'access.yml:2: `keys[0].roles[0]`: expected a role of this file (r), got "nope".',
        'access.yml:3: `roles.r.may[0]`: expected one of runs, commands, outputs, got "output".',
        "access.yml:3: `roles.r.sources[1]`: expected a map, got 7.",
        'access.yml:3: `roles.r.sources[0].account`: expected an account of the gateway (production, testing), got "nobody".',
        'access.yml:4: `everyone[0]`: expected a role of this file (r), got "zip".',
        'access.yml:5: `redact[0].pattern`: expected a regular expression in RE2\'s syntax (missing closing ): `(`), got "(".',
        "access.yml:5: `redact[1]`: expected a map, got 4.",
      ],
    ],
    ["something that is no map", "roles: 3", ["access.yml:2: `roles`: expected a map of roles, got 3."]],
  ])("is refused for %s, with line, place, what was expected and what came", (_, lines, faults) => {
    expect([...faultsOf(lines)].sort()).toEqual([...faults].sort());
  });

  it.each(["10.0.0.0", "10.0.0.0/33", "::1/129", "example.com/8", "10.0.0/8", "10.0.0.0/8/8", "10.0.0.0/-1", "/8"])(
    "is refused for the block %j",
    (block) => {
      expect(problemsOf(`proxy:\n  from: ["${block}"]\n  userHeader: x-user`)).toEqual([
        `access.yml:2: \`proxy.from[0]\`: expected an address and the length of its prefix, as 10.0.0.0/8, got "${block}".`,
      ]);
    },
  );

  it("is refused if it lets nobody in, is no notation, or is a bomb", () => {
    expect(problemsOf("")).toEqual([
      "access.yml:1: `the file`: expected at least one of oidc, proxy and keys, got none.",
    ]);
    expect(problemsOf("a: 1\nb: [")).toEqual(["access.yml:2: expected JSON or YAML, got BAD_INDENT."]);
    expect(problemsOf("a: 1\na: 2")).toEqual(["access.yml:2: expected JSON or YAML, got DUPLICATE_KEY."]);
    const bomb = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"];
    for (let i = 1; i < 9; i += 1)
      bomb.push(
        `a${i}: &a${i} [${Array(9)
          .fill(`*a${i - 1}`)
          .join(", ")}]`,
      );
    expect(problemsOf(bomb.join("\n"))).toEqual([
      "access.yml:1: expected aliases that stand for little, got too many.",
    ]);
    expect(problemsOf(`# ${"x".repeat(1_000_000)}`)).toEqual([
      "access.yml: expected at most 1000000 characters, got 1000002.",
    ]);
  });
});

describe("docs/access.md", () => {
  it("shows a file that can be used, but for the hash that it leaves out", () => {
    const example = /```yaml\n([\s\S]*?)```/.exec(readFileSync("docs/access.md", "utf8"))?.[1] ?? "";
    const file = read(example.replace("3f1c…", "ab".repeat(32)));
    expect([...file.roles.keys()]).toEqual(["operators", "viewers", "auditors"]);
    expect(file.redact).toHaveLength(2);
  });

  it("shows a pattern of several lines that can be used", () => {
    const pattern = /`(-----BEGIN.*)`\./.exec(readFileSync("docs/access.md", "utf8"))?.[1] ?? "";
    const { text } = createRedactor([{ pattern, replaceWith: "[key]" }]);
    expect(text("a\n-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----\nb").value).toBe("a\n[key]\nb");
    expect(text("a\n-----BEGIN PRIVATE KEY-----\nMII").value).toBe("a\n[key]");
  });
});
