import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { bundleOf, languages } from "../../src/texts/texts";

const root = join(import.meta.dirname, "../../..");
const source = (language: string) => readFileSync(join(root, `locales/${language}/app.ftl`), "utf8");

/** Each message with the variables it uses. */
function messages(language: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const block of source(language).split(/\n(?=app-)/)) {
    const key = /^(app-[\w-]+) =/.exec(block)?.[1];
    if (key) found.set(key, [...new Set(block.match(/\$\w+/g))].sort());
  }
  return found;
}

/** Every string or template in the screens' code that names texts; `${…}` in a template stands for one word or more. */
/** The type of a key, in texts.ts: it uses none. */
const ANY = "app-${string}";

function usedKeys(): RegExp[] {
  const folder = join(root, "ui/src");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => /\.tsx?$/.test(name));
  const used = new Set<string>();
  for (const file of files) {
    const code = readFileSync(join(folder, file), "utf8");
    for (const [, key] of code.matchAll(/["`](app-(?:[\w-]|\$\{[^}]*\})+)["`]/g)) if (key && key !== ANY) used.add(key);
  }
  return [...used].map((key) => new RegExp(`^${key.replace(/\$\{[^}]*\}/g, "[\\w-]+")}$`));
}

// REQ-UI-02
describe("the texts of the app", () => {
  test("every language has the same keys with the same variables", () => {
    expect(messages("en")).toEqual(messages("es"));
  });

  test.each(languages)("all of %s parses", (language) => {
    for (const key of messages(language).keys()) expect(bundleOf(language).hasMessage(key), key).toBe(true);
  });

  test("no key is written twice", () => {
    for (const language of languages) {
      const keys = [...source(language).matchAll(/^(app-[\w-]+) =/gm)].map((match) => match[1]);
      expect(keys.length).toBe(new Set(keys).size);
    }
  });

  test("every text that the screens use exists, and every text is used", () => {
    const keys = [...messages("es").keys()];
    const used = usedKeys();
    for (const pattern of used) expect(keys.some((key) => pattern.test(key)), String(pattern)).toBe(true);
    // Notifications and the system's lock are shown by the Rust side.
    const isRusts = (key: string) => key.startsWith("app-notification-") || key.startsWith("app-unlock-");
    const unused = keys.filter((key) => !isRusts(key) && !used.some((pattern) => pattern.test(key)));
    expect(unused).toEqual([]);
  });
});
