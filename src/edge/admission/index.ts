/** Lets a caller in, counts what each client uses, and starts an operation with its deadline and its budget. */

export { type Admission, createAdmission } from "./admission.ts";
export { type AskedOperation, type Asking, beginAsking, type EdgeAccess } from "./asking.ts";
export { CLIENT_LIMITS, type Client, type ClientLimits, type Clients, createClients } from "./clients.ts";
export { createLateClient, type LateClient } from "./late-client.ts";
export {
  type AnswerExtensions,
  LastingOperation,
  type OperationRules,
  type RunningOperation,
  startOperation,
  takeTurn,
} from "./operation.ts";
export type { Cost } from "./operation-meter.ts";
export { isLarge } from "./turns.ts";
