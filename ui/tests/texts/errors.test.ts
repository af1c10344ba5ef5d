import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { contrastText, documentText, errorText, hasText, serverText } from "../../src/texts/errors";
import { languages, showLanguage } from "../../src/texts/texts";

const rust = readFileSync(join(import.meta.dirname, "../../../crates/protocol/src/error.rs"), "utf8");
const codes = [...rust.matchAll(/Self::\w+ => "(\w+)"/g)].map((match) => match[1] ?? "");

/** Refusals of the sign-in page: a device is never answered with them. */
const ofThePageOnly = [
  "pin_not_revealed",
  "pin_wrong",
  "request_mismatch",
  "self_generated_delayed",
  "self_generated_disabled",
  "password_wrong",
  "password_refused",
  "password_expired",
  "password_delayed",
  "password_disabled",
  "second_step_unavailable",
];

// REQ-ERR-01
describe("every code that reaches the app", () => {
  test("is known", () => {
    expect(codes.length).toBeGreaterThan(30);
    expect(codes.filter((code) => !hasText(code) && !ofThePageOnly.includes(code))).toEqual([]);
  });

  test.each(languages)("has a title and a text in %s", (language) => {
    showLanguage(language);
    for (const code of [...codes, "clipboard"]) {
      const { title, text } = errorText({ code });
      expect(title.length, code).toBeGreaterThan(5);
      expect(text.length, code).toBeGreaterThan(15);
    }
  });
});

describe("texts that say more than the code", () => {
  test("a wrong clock: how far, and to which side", () => {
    expect(errorText({ code: "clock_skew", clock_offset: -7260 }).text).toMatch(/^Va adelantado 2 horas\. /);
    expect(errorText({ code: "clock_skew", clock_offset: 240 }).text).toMatch(/^Va atrasado 4 minutos\. /);
    expect(errorText({ code: "clock_skew", clock_offset: 365 * 86_400 }).text).toMatch(/^Va atrasado 365 días\. /);
    expect(errorText({ code: "clock_skew" }).text).toMatch(/^Ponga la hora/);
  });

  test("a limit: how long to wait", () => {
    expect(errorText({ code: "rate_limited", retry_after: 45 }).text).toMatch(/45 segundos/);
    expect(errorText({ code: "rate_limited" }).text).toMatch(/un rato/);
  });

  test("a document: which part is wrong", () => {
    const texts = ["empty", "shape", "letter"].map((detail) => documentText({ code: "document_invalid", detail }));
    expect(new Set(texts).size).toBe(3);
    expect(documentText({ code: "document_invalid" })).toBe(texts[1]);
  });

  test("a contrast datum: which part is wrong, by the name of what is asked", () => {
    const text = (detail: string, support: boolean) => contrastText({ code: "contrast_invalid", detail }, support);
    expect(text("empty", false)).toMatch(/fecha/);
    expect(text("empty", true)).toMatch(/soporte/);
    expect(text("permanent", false)).toMatch(/expedición/);
    expect(text("support", true)).toMatch(/E12345678/);
  });

  test("a server's address: which part is wrong", () => {
    const text = (detail: string) => serverText({ code: "server_insecure", detail });
    expect(new Set(["empty", "malformed", "not_secure", "extra"].map(text)).size).toBe(4);
    expect(serverText({ code: "network" })).toBe(errorText({ code: "network" }).text);
  });

  test("an unknown code is shown, to be told to whoever helps", () => {
    expect(errorText({ code: "new_code" }).text).toContain("new_code");
  });
});
