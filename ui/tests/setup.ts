import { cleanup } from "@solidjs/testing-library";
import { clearMocks } from "@tauri-apps/api/mocks";
import { afterEach } from "vitest";
import { showLanguage } from "../src/texts/texts";

// Spanish is the first language; jsdom's navigator speaks English.
showLanguage("es");
window.scrollTo = () => undefined;

afterEach(() => {
  cleanup();
  clearMocks();
  showLanguage("es");
});
