import { expect, test } from "vitest";
import { showLanguage } from "../../src/texts/texts";
import { ago, dateAndTime, duration, timeLeft } from "../../src/texts/time";

test("remaining time in words", () => {
  expect(timeLeft(600)).toBe("Quedan 10 min 0 s");
  expect(timeLeft(252)).toBe("Quedan 4 min 12 s");
  expect(timeLeft(59)).toBe("Quedan 59 s");
  expect(timeLeft(0)).toBe("Sin tiempo");
  showLanguage("en");
  expect(timeLeft(252)).toBe("4 min 12 s left");
});

test("how long ago", () => {
  expect(ago(1_000_000, 1_030_000)).toBe("Ahora mismo");
  expect(ago(1_000_000, 1_060_000)).toBe("Hace 1 minuto");
  expect(ago(1_000_000, 1_400_000)).toBe("Hace 6 minutos");
  // A clock that is a little behind.
  expect(ago(1_000_000, 990_000)).toBe("Ahora mismo");
});

test("lengths in their largest whole unit", () => {
  expect(duration(1)).toBe("1 segundo");
  expect(duration(89)).toBe("89 segundos");
  expect(duration(120)).toBe("2 minutos");
  expect(duration(3600)).toBe("60 minutos");
  expect(duration(7300)).toBe("2 horas");
  expect(duration(3 * 86_400)).toBe("3 días");
});

test("a date with its time of day", () => {
  const at = new Date(2026, 9, 19, 15, 12).getTime();
  expect(dateAndTime(at)).toBe("19 de octubre de 2026 a las 15:12");
  showLanguage("en");
  expect(dateAndTime(at)).toBe("19 October 2026 at 15:12");
});
