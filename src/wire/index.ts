/** Action and parameters in, JSON out: signs, sends, retries. May not know what a run is. */
export type { Call, CallAnswer, CallRequest, ParameterValue } from "./contract.ts";
