import { PROVIDERS } from "#domain";
import { type AccountSettings, regionsOf } from "./accounts.ts";
import { isSecret, parseVariables, VARIABLE_NAMES, type Variables } from "./settings.ts";

/**
 * The settings, for people: one line for each that was set or has a value of its own without being set, then one for each account with its regions.
 * Of a secret the line says only that it is set.
 */
export function describeSettings(
  accounts: readonly AccountSettings[],
  environment: Readonly<Record<string, string | undefined>> = process.env,
): readonly string[] {
  const { values } = parseVariables(environment);
  const settings = VARIABLE_NAMES.flatMap((name) => {
    const text = textOf(values[name]);
    return text === null ? [] : [`${name}=${isSecret(name, text) ? "(set, not shown)" : text}`];
  });
  return [...settings, ...accounts.map(describeAccount)];
}

function describeAccount(account: AccountSettings): string {
  const products = PROVIDERS.flatMap((provider) => {
    const regions = regionsOf(account, provider);
    return regions.length === 0 ? [] : [`${provider} ${regions.join(",")}`];
  });
  return `account ${account.alias}: ${products.join("; ")}`;
}

function textOf(value: Variables[keyof Variables]): string | null {
  if (value === undefined) return null;
  if (Array.isArray(value)) return value.join(",");
  if (typeof value === "boolean") return value ? "on" : "off";
  if (typeof value !== "object") return String(value);
  return Object.entries(value)
    .map(
      ([key, { callsPerMinute }]) => `${key.replace(/^[A-Z]+/, (product) => product.toLowerCase())}=${callsPerMinute}`,
    )
    .join(",");
}
