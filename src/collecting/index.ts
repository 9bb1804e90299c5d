/** Reading without being asked: the command that fills a database, how far it has come, and what is measured of it. */

export { type FillRequest, readCollectArguments } from "./collect-command.ts";
export { measureCollecting, toCollectOptions } from "./collecting.ts";
export { createDisplay, type DisplayTarget } from "./fill-display.ts";
export { fill } from "./first-fill.ts";
