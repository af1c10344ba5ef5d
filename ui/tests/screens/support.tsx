import { render } from "@solidjs/testing-library";
import { emit } from "@tauri-apps/api/event";
import { mockIPC } from "@tauri-apps/api/mocks";
import type { AppStatus } from "../../src/bindings/AppStatus";
import type { RequestCard } from "../../src/bindings/RequestCard";
import type { UiError } from "../../src/bindings/UiError";
import { App } from "../../src/app";

type Answer = unknown | ((args: Record<string, unknown>) => unknown);

export const server = { url: "https://pin.example", preset: true };
const base = { server, language: "es", version: "0.1.0", platform: "linux", unlock: false, camera: false };
const device = {
  name: "Portátil",
  platform: "linux",
  level: "low" as const,
  activated_at: Date.UTC(2026, 9, 19),
  server_url: server.url,
};
export const fresh: AppStatus = { ...base, state: "new" };
export const active: AppStatus = { ...base, state: "active", device };
export const activating = (seconds = 600): AppStatus => ({
  ...base,
  state: "activating",
  activation: { expires_at: Date.now() + seconds * 1000, life: 600, tries: 5, server_url: server.url },
});

export const request = (id: string, more: Partial<RequestCard> = {}): RequestCard => ({
  id,
  relying_party: { id: "demo-sede", name: "Ayuntamiento", domain: "sede.example" },
  procedure: "Padrón",
  browser: "Firefox",
  system: "Windows",
  phrase: "olivo tranquilo",
  approved: false,
  state: "pending",
  revealed_here: false,
  created_at: Date.now() - 5000,
  expires_at: Date.now() + 590_000,
  ...more,
});

export const revealed = (card: RequestCard, pin = "407195"): RequestCard => ({
  ...card,
  state: "revealed",
  revealed_here: true,
  pin,
  pin_expires_at: Date.now() + 300_000,
  pin_life: 300,
});

/** A command's refusal. */
export const refuse = (error: UiError) => () => Promise.reject(error);

/** Starts the whole app on mocked commands. `calls` are those that it made, with their arguments. */
export function start(status: AppStatus | (() => unknown), answers: Record<string, Answer> = {}) {
  const calls: { command: string; args: Record<string, unknown> }[] = [];
  const all: Record<string, Answer> = {
    app_status: status,
    set_language: null,
    suggested_device_name: "Portátil",
    check_document: { kind: "dni" },
    check_contrast: { kind: "date", normalized: "2031-05-17" },
    list_requests: { requests: [], online: true },
    self_generated_pin: () => ({ pin: "492708", valid_until: Date.now() + 20_000, period: 30 }),
    copy_pin: null,
    opened_link: null,
    ...answers,
  };
  mockIPC(
    (command, args) => {
      calls.push({ command, args: (args ?? {}) as Record<string, unknown> });
      if (!(command in all)) throw new Error(`no answer for ${command}`);
      const answer = all[command];
      return typeof answer === "function" ? answer(args) : answer;
    },
    { shouldMockEvents: true },
  );
  const screen = render(() => <App />);
  const find = (testid: string) => screen.findByTestId(testid);
  const called = (command: string) => calls.filter((call) => call.command === command).map((call) => call.args);
  return { ...screen, find, called, answers: all, emit };
}

/** Waits until `data-screen` says so. */
export async function onScreen(container: HTMLElement, name: string): Promise<HTMLElement> {
  const { vi } = await import("vitest");
  return vi.waitFor(() => {
    const main = container.querySelector<HTMLElement>(`main[data-screen="${name}"]`);
    if (!main) throw new Error(`not on ${name} but ${container.querySelector("main")?.dataset.screen}`);
    return main;
  });
}
