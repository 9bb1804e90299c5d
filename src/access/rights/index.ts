/** What a caller may see. */
export type { Caller } from "./caller.ts";
export { ALL_KINDS, joinKinds, KINDS, type Kind, type Kinds, NO_KINDS } from "./kinds.ts";
export type { Role } from "./role.ts";
export { createOpenView, createView, type SourceRights, type View } from "./view.ts";
