import { FluentBundle, FluentResource, type FluentVariable } from "@fluent/bundle";
import { createSignal } from "solid-js";
import en from "../../../locales/en/app.ftl?raw";
import es from "../../../locales/es/app.ftl?raw";

export const languages = ["es", "en"] as const;
export type Language = (typeof languages)[number];
/** Every text of the app; locales/es/app.ftl and locales/en/app.ftl have the same keys, and a test keeps it so. */
export type TextKey = `app-${string}`;
export type TextArgs = Record<string, FluentVariable>;

const sources: Record<Language, string> = { es, en };
const bundles = new Map<Language, FluentBundle>();

/** The texts of one language, parsed when first asked for. */
export function bundleOf(language: Language): FluentBundle {
  let bundle = bundles.get(language);
  if (!bundle) {
    // Isolation marks would end up in copied text and confuse screen readers; both languages run left to right.
    bundle = new FluentBundle(language, { useIsolating: false });
    bundle.addResource(new FluentResource(sources[language]));
    bundles.set(language, bundle);
  }
  return bundle;
}

/** Spanish, unless the person's tag asks for English. */
export const languageOf = (tag: string | null | undefined): Language =>
  tag?.toLowerCase().split("-")[0] === "en" ? "en" : "es";

const [language, setLanguageSignal] = createSignal<Language>(languageOf(navigator.language));
export { language };
// The page itself says Spanish; a screen reader must not read English words with a Spanish voice.
document.documentElement.lang = language();

export function showLanguage(next: Language): void {
  setLanguageSignal(next);
  document.documentElement.lang = next;
}

/** The text in the language of the screen. Reactive: screens change with the language. */
export function t(key: TextKey, args?: TextArgs): string {
  const bundle = bundleOf(language());
  const pattern = bundle.getMessage(key)?.value;
  if (!pattern) throw new Error(`no text ${key}`);
  return bundle.formatPattern(pattern, args ?? null);
}
