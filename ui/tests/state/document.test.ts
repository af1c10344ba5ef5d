import { expect, test } from "vitest";
import { contrastAsked } from "../../src/state/document";

test.each([
  ["", "validity"],
  ["1", "validity"],
  ["12345678Z", "validity"],
  ["x", "support"],
  [" Y-1234567", "support"],
  [".z1", "support"],
  ["K1234567", "validity"],
])("%j asks for the %s", (typed, asked) => expect(contrastAsked(typed, false)).toBe(asked));

test("a permanent DNI asks for the issue date, a NIE never", () => {
  expect(contrastAsked("12345678Z", true)).toBe("issue");
  expect(contrastAsked("X1234567L", true)).toBe("support");
});
