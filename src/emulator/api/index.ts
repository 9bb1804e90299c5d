/** What the two products answer: every action with its parameters, over the regions of a world. */
import { ApiError, type Call, type Members } from "../http/index.ts";
import type { Region } from "../world/index.ts";
import type { Action } from "./action.ts";
import { ECS_ACTIONS } from "./ecs.ts";
import type { Paginate } from "./paging.ts";
import { SWAS_ACTIONS } from "./swas.ts";

export { type Paginate, paginate } from "./paging.ts";

const ACTIONS = { ecs: ECS_ACTIONS, swas: SWAS_ACTIONS } as const;

/** The name of every action of either product. */
export const ACTION_NAMES: ReadonlySet<string> = new Set(Object.values(ACTIONS).flatMap((each) => Object.keys(each)));

/** Carries out calls over regions. The function throws an ApiError for what cannot be answered. */
export function createApi(regions: readonly Region[], paginate: Paginate): (call: Call) => Members {
  return (call) => {
    const actions: Readonly<Record<string, Action>> = ACTIONS[call.product];
    const action = Object.hasOwn(actions, call.action) ? actions[call.action] : undefined;
    if (action === undefined) throw new ApiError("InvalidAction.NotFound");
    const ours = regions.filter(({ product }) => product === call.product);
    return { RequestId: call.requestId, ...action({ call, regions: ours, paginate }) };
  };
}
