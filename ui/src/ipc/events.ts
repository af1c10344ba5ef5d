import { listen } from "@tauri-apps/api/event";
import type { AppStatus } from "../bindings/AppStatus";
import type { ConnectionView } from "../bindings/ConnectionView";
import type { RequestsView } from "../bindings/RequestsView";

/** What the Rust side tells by itself. */
export interface Listeners {
  requests(view: RequestsView): void;
  status(status: AppStatus): void;
  connection(view: ConnectionView): void;
  link(): void;
  otherDevice(): void;
}

/** Starts listening; resolves to the function that ends it. */
export async function listenToApp(listeners: Listeners): Promise<() => void> {
  const ends = await Promise.all([
    listen<RequestsView>("requests-changed", (event) => listeners.requests(event.payload)),
    listen<AppStatus>("status-changed", (event) => listeners.status(event.payload)),
    listen<ConnectionView>("connection-changed", (event) => listeners.connection(event.payload)),
    listen("link-arrived", () => listeners.link()),
    listen("other-device-activated", () => listeners.otherDevice()),
  ]);
  return () => ends.forEach((end) => end());
}
