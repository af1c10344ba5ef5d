import type { UiError } from "../bindings/UiError";
import { type TextKey, t } from "./texts";
import { duration } from "./time";

/** What a person reads when something is refused. */
export interface ErrorText {
  title: string;
  text: string;
}

type Keys = readonly [title: TextKey, text: TextKey];

const network: Keys = ["app-error-network-title", "app-error-network"];
const unavailable: Keys = ["app-error-unavailable-title", "app-error-unavailable"];
const internal: Keys = ["app-error-internal-title", "app-error-internal"];
const signature: Keys = ["app-error-signature-title", "app-error-signature"];
const unsupported: Keys = ["app-error-server-unsupported-title", "app-error-server-unsupported"];
const unknownDevice: Keys = ["app-error-device-unknown-title", "app-error-device-unknown"];

/** Texts by code. Codes whose text depends on more than the code are in `errorText`. */
const byCode: Record<string, Keys> = {
  activation_failed: ["app-error-activation-failed-title", "app-error-activation-failed"],
  network,
  unavailable,
  timeout: unavailable,
  internal,
  request_invalid: internal,
  payload_too_large: internal,
  method_not_allowed: unsupported,
  not_found: unsupported,
  server_unsupported: unsupported,
  signature_invalid: signature,
  signature_replayed: signature,
  device_unknown: unknownDevice,
  not_activated: unknownDevice,
  device_revoked: ["app-revoked-title", "app-revoked-what"],
  device_frozen: ["app-frozen-title", "app-frozen-what"],
  request_unknown: ["app-error-request-unknown-title", "app-error-request-unknown"],
  request_taken: ["app-error-request-taken-title", "app-error-request-taken"],
  request_rejected: ["app-error-request-rejected-title", "app-error-request-rejected"],
  request_burnt: ["app-error-request-burnt-title", "app-error-request-burnt"],
  request_expired: ["app-error-request-expired-title", "app-error-request-expired"],
  phrase_wrong: ["app-error-phrase-wrong-title", "app-error-phrase-wrong"],
  qr_stale: ["app-error-qr-stale-title", "app-error-qr-stale"],
  qr_unreadable: ["app-error-qr-unreadable-title", "app-error-qr-unreadable"],
  unlock_refused: ["app-error-unlock-refused-title", "app-error-unlock-refused"],
  pin_expired: ["app-error-request-expired-title", "app-error-request-expired"],
  pin_used: ["app-error-request-spent-title", "app-error-request-spent"],
  no_secure_store: ["app-store-absent-title", "app-store-absent-what"],
  secure_store_locked: ["app-store-locked-title", "app-store-locked-what"],
  secure_store_corrupted: ["app-store-corrupted-title", "app-store-corrupted-what"],
  secure_store_missing_entry: ["app-store-missing-title", "app-store-missing-what"],
  clipboard: ["app-error-clipboard-title", "app-error-clipboard"],
};

const documentTexts: Record<string, TextKey> = {
  empty: "app-error-document-empty",
  shape: "app-error-document-shape",
  letter: "app-error-document-letter",
};

const contrastTexts: Record<string, TextKey> = {
  empty: "app-error-contrast-date-empty",
  date: "app-error-contrast-date",
  permanent: "app-error-contrast-permanent",
  support: "app-error-contrast-support",
};

const serverTexts: Record<string, TextKey> = {
  empty: "app-error-server-empty",
  malformed: "app-error-server-malformed",
  not_secure: "app-error-server-insecure",
  extra: "app-error-server-extra",
};

/** The text of a `document_invalid`. */
export const documentText = (error: UiError) => t(documentTexts[error.detail ?? ""] ?? "app-error-document-shape");

/** The text of a `contrast_invalid`; an empty field is called by its name. */
export const contrastText = (error: UiError, wantsSupportNumber: boolean) =>
  error.detail === "empty" && wantsSupportNumber
    ? t("app-error-contrast-support-empty")
    : t(contrastTexts[error.detail ?? ""] ?? "app-error-contrast-date");

/** The text under the address field, for any way in which `set_server` fails. */
export function serverText(error: UiError): string {
  const byDetail = serverTexts[error.detail ?? ""];
  if (byDetail) return t(byDetail);
  if (error.code === "server_insecure") return t("app-error-server-insecure");
  return errorText(error).text;
}

/** The text for an error, by its code and the numbers beside it; never by its words. */
export function errorText(error: UiError): ErrorText {
  switch (error.code) {
    case "document_invalid":
      return { title: t("app-error-check-title"), text: documentText(error) };
    case "contrast_invalid":
      return { title: t("app-error-check-title"), text: contrastText(error, error.detail === "support") };
    case "server_insecure":
      return { title: t("app-error-check-title"), text: serverText(error) };
    case "clock_skew":
      // No answer of the server says which of the two it is.
      if (error.detail === "certificate")
        return { title: t("app-error-certificate-time-title"), text: t("app-error-certificate-time") };
      return { title: t("app-error-clock-skew-title"), text: clockText(error.clock_offset) };
    case "rate_limited":
      return { title: t("app-error-rate-limited-title"), text: waitText(error.retry_after) };
  }
  const keys = byCode[error.code];
  if (keys) return { title: t(keys[0]), text: t(keys[1]) };
  return { title: t("app-error-unknown-title"), text: t("app-error-unknown", { code: error.code }) };
}

/** Whether `errorText` has words of its own for a code. */
export const hasText = (code: string) =>
  code in byCode ||
  ["document_invalid", "contrast_invalid", "server_insecure", "clock_skew", "rate_limited"].includes(code);

/** `offset` is the server's time minus this device's, in seconds. */
function clockText(offset: number | undefined): string {
  if (!offset) return t("app-error-clock-skew");
  const key = offset < 0 ? "app-error-clock-skew-ahead" : "app-error-clock-skew-behind";
  return t(key, { offset: duration(Math.abs(offset)) });
}

function waitText(seconds: number | undefined): string {
  return seconds ? t("app-error-rate-limited-wait", { wait: duration(seconds) }) : t("app-error-rate-limited");
}
