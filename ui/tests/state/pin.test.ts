import { expect, test } from "vitest";
import { pinGroups, pinSpoken } from "../../src/state/pin";

test.each([
  ["407195", ["407", "195"]],
  ["00012345", ["0001", "2345"]],
  ["1234", ["1234"]],
  ["A7K", ["A7K"]],
])("%s is grouped", (pin, groups) => expect(pinGroups(pin)).toEqual(groups));

test("a PIN is spoken digit by digit, zeros too", () => {
  expect(pinSpoken("007195")).toBe("0, 0, 7, 1, 9, 5");
});
