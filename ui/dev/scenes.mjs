// What the app's commands answer in each scene that dev/look.mjs pictures. Invented people and places only.

const MINUTE = 60_000;

/** Runs in the page before the app: answers `invoke` from the scene instead of from Rust. */
export function mockApp(scene) {
  // As `freezePrototype` in tauri.conf.json does.
  Object.freeze(Object.prototype);
  const now = Date.now();
  const at = (value) =>
    Array.isArray(value)
      ? value.map(at)
      : value && typeof value === "object"
        ? Object.fromEntries(
            Object.entries(value).map(([key, inner]) =>
              /(_at|_until)$/.test(key) && typeof inner === "number" ? [key, now + inner] : [key, at(inner)],
            ),
          )
        : value;
  const answers = {
    app_status: { ...scene.status, language: scene.language },
    set_language: null,
    suggested_device_name: "Portátil de Carmen",
    list_requests: { requests: scene.requests ?? [], online: scene.online ?? true },
    self_generated_pin: { pin: "492708", valid_until: 19_000, period: 30 },
    check_document: { kind: "dni" },
    check_contrast: { kind: "date", normalized: "2031-05-17" },
    copy_pin: null,
    opened_link: null,
    page_bound_pin: { pin: "92520201" },
    "plugin:event|listen": 1,
    "plugin:event|unlisten": null,
    ...scene.answers,
  };
  let callbacks = 0;
  window.__TAURI_EVENT_PLUGIN_INTERNALS__ = { unregisterListener() {} };
  window.__TAURI_INTERNALS__ = {
    transformCallback: () => ++callbacks,
    unregisterCallback() {},
    async invoke(command, args) {
      if (scene.slow === command) return new Promise(() => {});
      if (!(command in answers)) throw new Error(`no answer for ${command}`);
      const answer = answers[command];
      if (answer && answer.refuse) throw answer.refuse;
      return at(answer);
    },
  };
}

const server = { url: "https://pin.administracion.example", preset: true };
const base = { server, language: "es", version: "0.1.0", platform: "linux", unlock: false, camera: false };
const device = {
  name: "Portátil de Carmen",
  platform: "linux",
  level: "low",
  activated_at: -35 * 24 * 60 * MINUTE,
  server_url: server.url,
};
const fresh = { ...base, state: "new" };
const activating = { ...base, state: "activating", activation: { expires_at: 9.7 * MINUTE, life: 600, tries: 5, server_url: server.url } };
const active = { ...base, state: "active", device };

const pending = {
  id: "0123456789abcdef0123456789abcdef",
  relying_party: { id: "demo-sede", name: "Ayuntamiento de Valdeaire", domain: "sede.valdeaire.example" },
  procedure: "Solicitar un certificado de empadronamiento",
  browser: "Firefox",
  system: "Windows",
  place: "Sevilla",
  phrase: "olivo tranquilo",
  approved: false,
  state: "pending",
  revealed_here: false,
  created_at: -20_000,
  expires_at: 9.6 * MINUTE,
};
const second = {
  ...pending,
  id: "fedcba9876543210fedcba9876543210",
  relying_party: { id: "tributos", name: "Agencia Tributaria de la Comarca", domain: "tributos.comarca.example" },
  procedure: "Pagar el impuesto de circulación",
  browser: "Chrome",
  system: "Android",
  place: undefined,
  phrase: "faro amarillo",
  created_at: -3 * MINUTE,
};
const revealed = {
  ...pending,
  state: "revealed",
  revealed_here: true,
  pin: "407195",
  pin_expires_at: 4.3 * MINUTE,
};
const ending = { ...revealed, pin_expires_at: 24_000 };
const scanned = { ...pending, choices: ["faro amarillo", "olivo tranquilo", "mesa redonda"] };
const approved = { ...scanned, state: "revealed", approved: true, revealed_here: true, pin_expires_at: 2 * MINUTE };
const elsewhere = { ...second, state: "revealed" };
const over = { ...revealed, id: "00", pin_expires_at: -1000 };

const refuse = (code, more = {}) => ({ refuse: { code, ...more } });
const byTestid = (testid) => `[data-testid="${testid}"]`;
const click = (testid) => [byTestid(testid), ""];
const type = (testid, text) => [byTestid(testid), text];
const see = (testid) => [byTestid(testid), null];

const toDocument = [click("activate")];
const filled = [...toDocument, type("document", "12345678z"), type("contrast", "17 05 2031"), see("change-name")];
const wrongCode = [type("code", "K7QF2M9X"), click("confirm"), see("error")];

export const scenes = {
  welcome: { status: fresh, screen: "welcome", steps: [see("activate")] },
  document: { status: fresh, screen: "document", steps: toDocument },
  "document-filled": { status: fresh, screen: "document", steps: [...filled, [".ds-validation-message", null]] },
  "document-permanent": { status: fresh, screen: "document", steps: [...toDocument, click("permanent")] },
  "document-nie": {
    status: fresh,
    screen: "document",
    steps: [...toDocument, type("document", "X1234567L"), type("contrast", "E1234567"), [`.ds-validation-message`, null]],
    answers: {
      check_document: { kind: "nie" },
      check_contrast: { kind: "support_number", normalized: "E01234567" },
    },
  },
  "document-errors": {
    status: fresh,
    screen: "document",
    steps: [...toDocument, type("document", "12345678A"), click("continue"), see("error")],
    answers: { check_document: refuse("document_invalid", { detail: "letter" }) },
  },
  "document-server": {
    status: fresh,
    screen: "document",
    steps: [...toDocument, click("change-server"), type("server-url", "http://pin.example"), click("save-server"), see("error")],
    answers: { set_server: refuse("server_insecure", { detail: "not_secure" }) },
  },
  "document-name": { status: fresh, screen: "document", steps: [...toDocument, click("change-name")] },
  "document-network": {
    status: { ...fresh, server: { ...server, url: "http://127.0.0.1:4000", preset: false } },
    screen: "document",
    steps: [...filled, click("continue"), see("error")],
    answers: { start_activation: refuse("network") },
  },
  "document-clock": {
    status: fresh,
    screen: "document",
    steps: [...filled, click("continue"), see("error")],
    answers: { start_activation: refuse("clock_skew", { clock_offset: -7260 }) },
  },
  code: { status: activating, screen: "code", steps: [type("code", "k7qf2")] },
  "code-help": {
    status: activating,
    screen: "code",
    steps: [["[data-testid='help-missing'] summary", ""], ["[data-testid='help-phone'] summary", ""]],
  },
  "code-wrong": {
    status: activating,
    screen: "code",
    steps: wrongCode,
    answers: { confirm_activation: refuse("activation_failed") },
  },
  "code-tries": {
    status: activating,
    screen: "code",
    steps: wrongCode,
    answers: { confirm_activation: refuse("activation_failed", { tries_left: 0 }) },
  },
  "code-network": {
    status: activating,
    screen: "code",
    steps: wrongCode,
    answers: { confirm_activation: refuse("network") },
  },
  "code-resent": {
    status: activating,
    screen: "code",
    steps: [click("resend"), see("resent")],
    answers: { resend_code: { expires_at: 9.5 * MINUTE, server_time_offset_ms: 0 } },
  },
  "code-expired": {
    status: { ...activating, activation: { ...activating.activation, expires_at: -1000 } },
    screen: "code",
    steps: [see("error")],
  },
  "home-empty": { status: active, screen: "home", steps: [see("self-pin")] },
  "home-request": { status: active, screen: "home", requests: [pending], steps: [see("reveal"), see("self-pin")] },
  "home-several": {
    status: active,
    screen: "home",
    requests: [pending, second],
    steps: [see("reveal"), see("self-pin")],
  },
  "home-pin": { status: active, screen: "home", requests: [revealed], steps: [see("pin"), click("copy")] },
  "home-ending": { status: active, screen: "home", requests: [ending, elsewhere, over], steps: [see("pin")] },
  "home-reject": { status: active, screen: "home", requests: [pending], steps: [click("reject")] },
  "home-muted": {
    status: active,
    screen: "home",
    requests: [pending],
    steps: [click("reject"), click("confirm-reject"), see("notice")],
    answers: { reject_request: { muted_until: 24 * 60 * MINUTE } },
  },
  "home-offline": { status: active, screen: "home", online: false, steps: [see("banner-offline"), see("self-pin")] },
  "home-lookup": {
    status: active,
    screen: "home",
    steps: [type("lookup-code", "K7QF2M9X"), click("lookup"), see("error")],
    answers: { lookup_request: refuse("request_unknown") },
  },
  "home-lookup-short": {
    status: active,
    screen: "home",
    steps: [type("lookup-code", "K7Q"), click("lookup"), see("error")],
  },
  "home-approve": { status: active, screen: "home", requests: [scanned], steps: [['[value="olivo tranquilo"]', ""]] },
  "home-approve-missing": { status: active, screen: "home", requests: [scanned], steps: [click("approve")] },
  "home-approved": { status: active, screen: "home", requests: [approved], steps: [see("approved")] },
  "home-bound": {
    status: active,
    screen: "home",
    steps: [type("bound-code", "7K2M9QXT"), click("bound"), see("bound-pin")],
  },
  "home-stale": {
    status: active,
    screen: "home",
    steps: [click("scan-clipboard"), see("error")],
    answers: { scan_clipboard: refuse("qr_stale") },
  },
  device: {
    status: active,
    screen: "device",
    steps: [click("device"), see("deactivate")],
    answers: { device_details: { ...device, other_devices: 1, online: true } },
  },
  "device-deactivate": {
    status: active,
    screen: "device",
    steps: [click("device"), click("deactivate")],
    answers: { device_details: { ...device, level: "substantial", other_devices: 0, online: true } },
  },
  settings: { status: active, screen: "settings", steps: [click("settings")] },
  "settings-new": { status: fresh, screen: "settings", steps: [click("settings")] },
  "store-absent": { status: { ...base, state: "no_secure_store" }, screen: "store-problem", steps: [see("retry")] },
  "store-locked": { status: { ...base, state: "secure_store_locked" }, screen: "store-problem", steps: [see("retry")] },
  "store-corrupted": {
    status: { ...base, state: "secure_store_corrupted" },
    screen: "store-problem",
    steps: [see("forget")],
  },
  "store-missing": {
    status: { ...base, state: "secure_store_missing_entry" },
    screen: "store-problem",
    steps: [see("forget")],
  },
  frozen: { status: { ...base, state: "device_frozen" }, screen: "device-problem", steps: [see("forget")] },
  revoked: { status: { ...base, state: "device_revoked" }, screen: "device-problem", steps: [see("forget")] },
  "start-failed": {
    status: fresh,
    screen: "start-problem",
    steps: [see("retry")],
    answers: { app_status: refuse("internal") },
  },
};
