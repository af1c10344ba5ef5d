import { createSignal } from "solid-js";
import type { UiError } from "../bindings/UiError";
import { toUiError } from "../ipc/call";

/**
 * Something a button starts: knows whether it runs and how it last failed, and does not start twice.
 * `run` resolves to whether it succeeded.
 */
export function createTask(work: () => Promise<void>) {
  const [busy, setBusy] = createSignal(false);
  const [error, setError] = createSignal<UiError>();

  async function run(): Promise<boolean> {
    if (busy()) return false;
    setBusy(true);
    setError(undefined);
    try {
      await work();
      return true;
    } catch (reason) {
      setError(toUiError(reason));
      return false;
    } finally {
      setBusy(false);
    }
  }

  return { run, busy, error, clear: () => setError(undefined) };
}
