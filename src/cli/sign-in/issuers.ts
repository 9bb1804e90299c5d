import { CommandError, pick, tell, toLine } from "../terminal/index.ts";
import type { SignInContext } from "./sign-in-context.ts";

/** Where people can sign in, as the gateway tells at /sign-in. */
export interface Issuer {
  readonly issuer: string;
  readonly clientId: string;
  readonly audience: string;
}

/** The issuer to sign in at: the one that was named, the only one, or the one that a person picks. */
export async function chooseIssuer(context: SignInContext, named: string | undefined): Promise<Issuer> {
  const issuers = await readIssuers(context);
  const names = issuers.map(({ issuer }) => toLine(issuer));
  if (issuers.length === 0)
    throw new CommandError("The gateway names nobody to sign in at. Use --token if it wants a credential.");
  if (named !== undefined) {
    const found = issuers.find(({ issuer }) => issuer === named);
    if (found !== undefined) return found;
    throw new CommandError(`\`--issuer\`: expected one of ${names.join(", ")}, got "${toLine(named)}".`);
  }
  const [only, ...others] = issuers;
  if (only !== undefined && others.length === 0) return only;
  const picked = await pick(context, "Sign in at which", names);
  const issuer = picked === null ? undefined : issuers[picked];
  if (issuer !== undefined) return issuer;
  for (const name of names) tell(context, name);
  throw new CommandError(`\`--issuer\`: expected one of these ${names.length}, it is missing.`);
}

async function readIssuers({ gateway }: SignInContext): Promise<readonly Issuer[]> {
  const url = gateway.addressOf("sign-in");
  const response = await fetch(url).catch(() => null);
  if (response === null)
    throw new CommandError(`Nothing answers at ${url}: check the address, and that the gateway runs there.`);
  const body: unknown = await response.json().catch(() => null);
  const issuers = typeof body === "object" && body !== null && "issuers" in body ? body.issuers : null;
  if (!response.ok || !Array.isArray(issuers) || !issuers.every(isIssuer)) {
    throw new CommandError(
      `${url} answered ${response.status}, but does not say where to sign in: is the gateway older than this command?`,
    );
  }
  return issuers;
}

function isIssuer(value: unknown): value is Issuer {
  return ["issuer", "clientId", "audience"].every(
    (name) => typeof value === "object" && value !== null && typeof Reflect.get(value, name) === "string",
  );
}
