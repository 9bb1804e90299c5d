import {
  type Answer,
  ApiError,
  type Call,
  encodeAnswer,
  type Members,
  type Respond,
} from "../../../src/emulator/http/index.ts";

/** Answers with a changed body; errors stay as they are. The change sees what JSON can say, whatever the format that is asked for. */
export function changingBodies(next: Respond, call: Call, change: (body: Members) => Members): Answer {
  const answer = next({ ...call, format: "json" });
  const body = JSON.parse(Buffer.from(answer.body).toString("utf8")) as Members;
  if (answer.outcome !== "ok")
    throw new ApiError(answer.outcome, { status: answer.status, message: String(body.Message) });
  return encodeAnswer(call, call.action, change(body));
}
