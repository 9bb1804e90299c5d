/** What both products share on the wire: reading and verifying requests, and the form of answers and errors. */
export type { Answer, AnswerContext, Call, EmulatorKey, Layer, Members, Product, Respond } from "./call.ts";
export { regionIdOf, sendWhole, writeHead } from "./call.ts";
export { encodeAnswer, encodeError } from "./encode.ts";
export { ApiError, invalidParameter, missingParameter } from "./errors.ts";
export { formatOf, interpretRequest, readRequest, type WireRequest } from "./request.ts";
export { createVerifier } from "./verify.ts";
