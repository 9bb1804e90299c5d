/** Reads what nobody asked for yet: back-fill, newest ends, unfinished runs, outputs. May not know who asks, nor what a setting is called. */
export type * from "./collect-shapes.ts";
export { type Collector, createCollector } from "./collector.ts";
