import { describe, expect, test } from "vitest";
import { codeCharacters, formatCode } from "../../src/state/code";

describe("the field of a code", () => {
  test.each([
    ["k", "K"],
    ["k7qf", "K7QF"],
    ["k7qf2", "K7QF-2"],
    ["K7QF-", "K7QF"],
    ["k7qf 2m9x", "K7QF-2M9X"],
    ["K7QF–2M9X", "K7QF-2M9X"],
    [" k7qf2m9x\n", "K7QF-2M9X"],
    ["", ""],
  ])("%j becomes %j", (typed, shown) => expect(formatCode(typed)).toBe(shown));

  test("a pasted message gives its code", () => {
    expect(formatCode("Aldaba: su código es K7QF-2M9X. Vale 10 minutos.\n@pin.example #K7QF-2M9X")).toBe("K7QF-2M9X");
  });

  test("too much is kept, for the person to see and mend", () => {
    expect(formatCode("K7QF2M9XAA")).toBe("K7QF-2M9XAA");
    expect(codeCharacters("K7QF-2M9X AA")).toHaveLength(10);
  });
});
