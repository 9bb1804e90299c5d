import { ApiError, type EmulatorKey, type Layer } from "../../../src/emulator/http/index.ts";

/** A key pair that may not do everything. */
export interface TestKey extends EmulatorKey {
  /** Actions that it may not call: ECS answers `Forbidden.RAM`, SWAS `NoPermission`. `swas:DescribeCommands` names one product's. */
  readonly denied?: readonly string[];
}

/** Refuses what the key of a call may not do. */
export const permissions: Layer = (next) => (call) => {
  const { product, action } = call;
  const { denied = [] }: TestKey = call.key;
  if (!denied.some((name) => name === action || name === `${product}:${action}`)) return next(call);
  const AuthAction = `${product === "ecs" ? "ecs" : "swas-open"}:${action}`;
  const extras = { AccessDeniedDetail: { AuthAction, AuthPrincipalType: "SubUser", NoPermissionType: "ImplicitDeny" } };
  throw new ApiError(product === "ecs" ? "Forbidden.RAM" : "NoPermission", { extras });
};
