import { setFlagsFromString } from "node:v8";

/** By how many percent the engine lets its heap grow over what is in use. */
const MOST_GROWTH = 75;

/**
 * Makes the engine collect before its heap is twice as large as what is in use: left alone it waits for four times as much, and under load
 * the gateway would take some hundred megabytes that nobody uses. Costs a tenth of the processor time of small answers.
 */
export function collectSooner(): void {
  setFlagsFromString(`--heap-growing-percent=${MOST_GROWTH}`);
}
