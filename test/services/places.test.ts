import { describe, expect, it } from "@jest/globals";

import { InputError } from "#domain";
import { createPlaces } from "../../src/services/questions/places.ts";
import { createOperation } from "../support/operation.ts";

const nextRound = () => new Promise((resolve) => setImmediate(resolve));

function createQuestions(most: number, mostOfOne = most) {
  const places = createPlaces(most, mostOfOne);
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const ask = (client: string, name: string, signal = new AbortController().signal): Promise<string> => {
    const plain = createOperation();
    const operation = { ...plain, signal, meter: { ...plain.meter, client } };
    return places.inPlace(operation, async () => {
      begun.push(name);
      await new Promise<void>((resolve) => ends.set(name, resolve));
      return name;
    });
  };
  const end = async (name: string) => {
    ends.get(name)?.();
    await nextRound();
  };
  return { begun, ask, end };
}

describe("questions that hold what they have counted", () => {
  it("work so many at a time, by clients in rotation", async () => {
    const { begun, ask, end } = createQuestions(2);
    const asked = [ask("a", "a1"), ask("a", "a2"), ask("a", "a3"), ask("a", "a4"), ask("b", "b1")];
    await nextRound();
    const first = [...begun];
    for (const name of ["a1", "a2", "b1", "a3", "a4"]) await end(name);
    expect([first, begun, await Promise.all(asked)]).toEqual([
      ["a1", "a2"],
      ["a1", "a2", "b1", "a3", "a4"],
      ["a1", "a2", "a3", "a4", "b1"],
    ]);
  });

  it("leave others a place, however many one client asks", async () => {
    const { begun, ask, end } = createQuestions(3, 2);
    const asked = [ask("a", "a1"), ask("a", "a2"), ask("a", "a3"), ask("b", "b1"), ask("b", "b2")];
    await nextRound();
    const first = [...begun];
    for (const name of ["b1", "a1", "b2", "a2", "a3"]) await end(name);
    expect([first, begun, await Promise.all(asked)]).toEqual([
      ["a1", "a2", "b1"],
      ["a1", "a2", "b1", "b2", "a3"],
      ["a1", "a2", "a3", "b1", "b2"],
    ]);
  });

  it("leave their place in the line if their operation ends", async () => {
    const { begun, ask, end } = createQuestions(1);
    const ended = new AbortController();
    const reason = new InputError("DEADLINE_EXCEEDED", "over");
    const asked = [ask("a", "a1"), ask("a", "a2", ended.signal), ask("a", "a3")];
    const refused = expect(asked[1]).rejects.toBe(reason);
    ended.abort(reason);
    await refused;
    await end("a1");
    await end("a3");
    expect([begun, await asked[2]]).toEqual([["a1", "a3"], "a3"]);
  });
});
