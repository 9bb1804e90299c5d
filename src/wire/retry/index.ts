/** Whether, when and how a failed attempt is made again. */
export { createRetryBudget, type RetryBudget, type RetrySettings } from "./budget.ts";
export { createRetryStrategy, type RetryStrategy } from "./strategy.ts";
