import { createAddressMatcher, type ProxySettings } from "../file/index.ts";
import { type Identity, toName } from "./identity.ts";
import { type Refusal, refuseBad } from "./refusal.ts";

/** Fields of a request by name in lower case, each with every value that came: Node's `headersDistinct`. */
export type Headers = Readonly<Record<string, readonly string[] | undefined>>;

/** Whom the proxy in front vouches for; null if it vouches for nobody, or if it is not the proxy who speaks. */
export type TrustedProxy = (headers: Headers, remoteAddress: string) => Identity | Refusal | null;

const MAX_ROLES = 1000;

/** Believes the headers if, and only if, the connection itself comes from one of the proxy's addresses. */
export function createTrustedProxy(settings: ProxySettings | null): TrustedProxy {
  if (settings === null) return () => null;
  const isProxy = createAddressMatcher(settings.from);
  const { userHeader, rolesHeader } = settings;
  return (headers, remoteAddress) => {
    const users = headers[userHeader] ?? [];
    const roles = rolesHeader === null ? [] : (headers[rolesHeader] ?? []);
    if (users.length === 0 || !isProxy(remoteAddress)) return null;
    // A proxy that adds its header to the client's, rather than replacing it, cannot be believed.
    if (users.length > 1 || roles.length > 1) return refuseBad("the proxy's header came more than once");
    const name = toName(users[0] ?? "");
    if (name === "") return refuseBad("the proxy's header names nobody");
    return { id: `proxy ${name}`, name, knownBy: "proxy", roles: split(roles[0] ?? ""), expiresAt: null };
  };
}

function split(roles: string): readonly string[] {
  return roles
    .split(/[\s,;|]+/)
    .filter((role) => role !== "")
    .slice(0, MAX_ROLES);
}
