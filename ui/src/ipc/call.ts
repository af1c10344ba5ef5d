import { invoke } from "@tauri-apps/api/core";
import type { UiError } from "../bindings/UiError";

/**
 * What an `invoke` was rejected with, as an error with a code. Commands reject with `UiError`; anything else
 * (a command that is not permitted, a payload that does not parse) is a fault of ours.
 */
export function toUiError(reason: unknown): UiError {
  if (typeof reason === "object" && reason !== null && "code" in reason && typeof reason.code === "string") {
    return reason as UiError;
  }
  console.error("a command failed without a code");
  return { code: "internal" };
}

/** Calls a command of the Rust side. Rejects with `UiError`, always. */
export async function call<T>(command: string, args?: Record<string, unknown> | Uint8Array): Promise<T> {
  try {
    return await invoke<T>(command, args);
  } catch (reason) {
    throw toUiError(reason);
  }
}
