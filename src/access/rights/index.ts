/** What a caller may see. */
export {
  ALL_KINDS,
  type Caller,
  createOpenView,
  createView,
  joinKinds,
  KINDS,
  type Kind,
  type Kinds,
  NO_KINDS,
  type Role,
  type SourceRights,
  type View,
} from "./view.ts";
