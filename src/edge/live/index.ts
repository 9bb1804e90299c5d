/** Transports that may answer more than once: WebSocket and server-sent events. */

export type { Asker } from "./answer.ts";
export { createEventStreamRoute } from "./event-stream-route.ts";
export type { LiveOptions, LiveParts } from "./live-parts.ts";
export { LiveRecord } from "./record.ts";
export { answerRequest } from "./run.ts";
export { Stop } from "./stop.ts";
export { createWebSockets, type WebSockets } from "./websocket.ts";
