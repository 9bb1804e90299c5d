import type { AccessFile } from "../file/index.ts";
import { type Caller, createView, type View } from "../rights/index.ts";
import type { Identity } from "./identity.ts";
import { type Refusal, refuseForbidden } from "./refusal.ts";

// Callers of the same roles share a view, and with it what it has worked out; few sets of roles occur.
const MAX_VIEWS = 1000;

/** Makes callers of identities by one version of the file: roles that it knows, and the view that they give. */
export function createCallers(file: AccessFile): (identity: Identity) => Caller | Refusal {
  const views = new Map<string, View>();
  const viewOf = (names: readonly string[]): View => {
    const key = JSON.stringify(names);
    const known = views.get(key);
    if (known !== undefined) return known;
    const view = createView(new Map([...file.roles].filter(([name]) => names.includes(name))));
    if (views.size >= MAX_VIEWS) views.clear();
    views.set(key, view);
    return view;
  };
  return ({ roles: claimed, ...identity }) => {
    const held = new Set([...claimed, ...file.everyone]);
    const roles = [...file.roles.keys()].filter((name) => held.has(name));
    if (roles.length === 0) return refuseForbidden(`${identity.name} has no role of the access file`);
    return { ...identity, roles, view: viewOf(roles) };
  };
}
