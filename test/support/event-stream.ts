/** One event as it stands in a stream. */
export interface StreamEvent {
  readonly id: string | null;
  readonly event: string;
  // biome-ignore lint/suspicious/noExplicitAny: an examiner looks into answers of any shape
  readonly data: any;
  /** Every byte of it. */
  readonly text: string;
}

/** A stream that is read event by event, as browsers do. */
export interface EventStream {
  /** The next events, so many; rejects if the stream ends before. */
  take(count: number): Promise<readonly StreamEvent[]>;
  /** All that come until the stream ends. */
  rest(): Promise<readonly StreamEvent[]>;
  /** Breaks it off. */
  leave(): Promise<void>;
}

/** Asks for one operation; `lastEventId` as browsers send it when they come back. */
export async function openEventStream(url: string, body: object, lastEventId?: string): Promise<EventStream> {
  const response = await fetch(`${url}/stream`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "text/event-stream",
      ...(lastEventId === undefined ? {} : { "last-event-id": lastEventId }),
    },
    body: JSON.stringify(body),
  });
  if (response.body === null) throw new Error("The answer has no body.");
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const events: StreamEvent[] = [];
  let text = "";
  const readMore = async (): Promise<boolean> => {
    const { done, value } = await reader.read();
    if (done) return false;
    text += value;
    const blocks = text.split(/(?<=\n\n)/);
    text = blocks.at(-1)?.endsWith("\n\n") === true ? "" : (blocks.pop() ?? "");
    events.push(...blocks.filter((block) => block !== ":\n\n").map(toEvent));
    return true;
  };
  return {
    async take(count) {
      while (events.length < count) if (!(await readMore())) throw new Error(`It ended after ${events.length} events.`);
      return events.splice(0, count);
    },
    async rest() {
      while (await readMore());
      return events.splice(0);
    },
    leave: () => reader.cancel(),
  };
}

function toEvent(text: string): StreamEvent {
  const fields = new Map(
    text
      .trimEnd()
      .split("\n")
      .map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).replace(/^ /, "")]),
  );
  const data = fields.get("data") ?? "";
  const id = fields.get("id") ?? null;
  return { id, event: fields.get("event") ?? "", data: data === "" ? null : JSON.parse(data), text };
}
