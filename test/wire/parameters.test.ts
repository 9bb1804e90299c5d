import { describe, expect, it } from "@jest/globals";
import { toCanonicalQuery } from "../../src/wire/sign/parameters.ts";

describe("parameters", () => {
  it("counts the members of lists from 1 and names those of objects", () => {
    const parameters = {
      Tag: [
        { Key: "a", Value: "1" },
        { Key: "b", Value: "2" },
      ],
      InstanceId: ["i-2", "i-1"],
    };
    expect(toCanonicalQuery(parameters)).toBe(
      "InstanceId.1=i-2&InstanceId.2=i-1&Tag.1.Key=a&Tag.1.Value=1&Tag.2.Key=b&Tag.2.Value=2",
    );
  });

  it("leaves null and undefined out and keeps empty texts, false and 0", () => {
    expect(toCanonicalQuery({ A: null, B: undefined, C: "", D: false, E: true, F: 0, G: [null, "x"], H: [] })).toBe(
      "C=&D=false&E=true&F=0&G.2=x",
    );
  });

  it("encodes everything but letters, digits and -_.~", () => {
    expect(toCanonicalQuery({ "a b": "-_.~ !'()*+/=%&é环😀" })).toBe(
      "a%20b=-_.~%20%21%27%28%29%2A%2B%2F%3D%25%26%C3%A9%E7%8E%AF%F0%9F%98%80",
    );
  });

  it("replaces half a surrogate pair, which no UTF-8 can carry", () => {
    expect(toCanonicalQuery({ A: "x\ud800y" })).toBe("A=x%EF%BF%BDy");
  });

  it("is empty where there is nothing to say", () => {
    expect(toCanonicalQuery({})).toBe("");
  });
});
