/** Connections, requests and replies: who may connect, what of a request is read, how an answer is written. */

export { fitAnswer, stringify, toAnswerBytes, UNWRITABLE } from "./answer-text.ts";
export { refuseForeignHost } from "./hosts.ts";
export { createListener, type Listener } from "./listener.ts";
export { ANSWER_TYPES, type AnswerType, chooseMediaType } from "./media-type.ts";
export { checkOrigin, checkPreflight, corsHeaders, isWelcome } from "./origins.ts";
export { asksForWebSocket } from "./other-upgrades.ts";
export { paceReading } from "./paced-reading.ts";
export { breakOff, createReaders, type Readers } from "./readers.ts";
export {
  contentTypeOf,
  type ErrorAnswer,
  htmlHeaders,
  type ReplyHeaders,
  type Route,
  send,
  sendFile,
  sendText,
  toErrorAnswer,
  turnOn,
} from "./reply.ts";
export {
  type GraphqlRequest,
  LONG_BODY,
  LONG_SEARCH,
  readGraphqlRequest,
  readJsonBody,
  toGraphqlRequest,
  withoutMark,
} from "./request.ts";
export { createRequestId, requestIdOf } from "./request-id.ts";
export { onClientGone } from "./response-close.ts";
export { limitSockets } from "./socket-limit.ts";
export { turnAway } from "./turn-away.ts";
