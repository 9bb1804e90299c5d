import { parse as parseYaml } from "yaml";
import { z } from "zod";
import { HEADER_TEXT_EXPECTED, isHeaderText } from "./header-text.ts";

/** Where the keys of an account come from. */
export type CredentialSettings =
  | {
      readonly type: "static";
      readonly accessKeyId: string;
      readonly accessKeySecret: string;
      readonly securityToken: string | null;
    }
  /** The vendor's default chain: environment, OIDC, CLI profile, shared file, instance role, URI. */
  | { readonly type: "default" }
  /** A member of the environment each, so that a file without secrets can be kept in a repository. */
  | {
      readonly type: "environment";
      readonly accessKeyId: string;
      readonly accessKeySecret: string;
      readonly securityToken: string | null;
    };

/** One account: its alias in the API, its keys, and the regions to read. */
export interface AccountSettings {
  readonly alias: string;
  readonly credentials: CredentialSettings;
  /** Region ids, or `all` among them. */
  readonly ecsRegions: readonly string[];
  readonly swasRegions: readonly string[];
}

const key = z.string().refine(isHeaderText, { message: `expected ${HEADER_TEXT_EXPECTED}` });

const regionList = z
  .union([z.literal("all").transform(() => ["all"]), z.array(z.string().regex(/^([a-z]{2,3}(-[a-z0-9]+)+|all)$/))])
  .default([]);

const account = z
  .strictObject({
    alias: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/),
    credentials: z
      .discriminatedUnion("type", [
        z.strictObject({
          type: z.literal("static"),
          accessKeyId: key,
          accessKeySecret: key,
          securityToken: key.nullable().default(null),
        }),
        z.strictObject({
          type: z.literal("environment"),
          accessKeyId: z.string().min(1),
          accessKeySecret: z.string().min(1),
          securityToken: z.string().min(1).nullable().default(null),
        }),
        z.strictObject({ type: z.literal("default") }),
      ])
      .default({ type: "default" }),
    ecsRegions: regionList,
    swasRegions: regionList,
  })
  .refine((value) => value.ecsRegions.length + value.swasRegions.length > 0, {
    path: ["ecsRegions"],
    message: "expected at least one region in ecsRegions or swasRegions",
  });

const accountsFile = z.strictObject({ accounts: z.array(account).min(1) });

/** Accounts of a JSON or YAML file; what is wrong with it is added to `problems`, by place and without any value. */
export function parseAccountsFile(
  path: string,
  readFile: (path: string) => string,
  problems: string[],
): readonly AccountSettings[] {
  let content: unknown;
  try {
    content = parseYaml(readFile(path));
  } catch (error) {
    const code = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
    problems.push(`ACCOUNTS_FILE: expected a readable JSON or YAML file, got ${JSON.stringify(path)}${code}`);
    return [];
  }
  const parsed = accountsFile.safeParse(Array.isArray(content) ? { accounts: content } : content);
  if (!parsed.success) {
    for (const issue of parsed.error.issues.flatMap(innermost)) {
      problems.push(`ACCOUNTS_FILE: ${issue.path.join(".") || "the file"}: ${issue.message}`);
    }
    return [];
  }
  return parsed.data.accounts;
}

/** Variables that an account reads its keys from. */
export function namesOfKeys({ credentials }: AccountSettings): readonly string[] {
  if (credentials.type !== "environment") return [];
  const { accessKeyId, accessKeySecret, securityToken } = credentials;
  return securityToken === null ? [accessKeyId, accessKeySecret] : [accessKeyId, accessKeySecret, securityToken];
}

function innermost(issue: z.core.$ZodIssue): readonly { path: PropertyKey[]; message: string }[] {
  if (issue.code !== "invalid_union") return [issue];
  const branch = issue.errors.at(-1) ?? [];
  return branch.flatMap(innermost).map((inner) => ({ path: [...issue.path, ...inner.path], message: inner.message }));
}
