import { describe, expect, test } from "vitest";
import { announcement, inSteps } from "../../src/state/countdown";

// REQ-UI-04
describe("a countdown is announced sparingly", () => {
  test("from ten minutes to zero: each minute, 30 s, 10 s and the end", () => {
    const said: unknown[] = [];
    for (let left = 600; left > 0; left -= 1) {
      const due = announcement(left, left - 1);
      if (due) said.push(due);
    }
    expect(said).toEqual([
      { minutes: 9 },
      { minutes: 8 },
      { minutes: 7 },
      { minutes: 6 },
      { minutes: 5 },
      { minutes: 4 },
      { minutes: 3 },
      { minutes: 2 },
      { minutes: 1 },
      { seconds: 30 },
      { seconds: 10 },
      "over",
    ]);
  });

  test("after a sleep only the last moment that passed", () => {
    expect(announcement(500, 8)).toEqual({ seconds: 8 });
    expect(announcement(500, 25)).toEqual({ seconds: 25 });
    expect(announcement(500, 70)).toEqual({ minutes: 2 });
    expect(announcement(500, 0)).toBe("over");
  });

  test("nothing when the time stands still or grows", () => {
    expect(announcement(60, 60)).toBeUndefined();
    expect(announcement(8, 300)).toBeUndefined();
    expect(announcement(0, 0)).toBeUndefined();
  });
});

// REQ-UI-04
test("what is always on the screen changes every five seconds, and never shows less than is left", () => {
  expect([30, 29, 26, 25, 21, 6, 5, 1, 0].map(inSteps)).toEqual([30, 30, 30, 25, 25, 10, 5, 5, 0]);
});
