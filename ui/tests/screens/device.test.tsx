import userEvent from "@testing-library/user-event";
import { describe, expect, test, vi } from "vitest";
import type { AppState } from "../../src/bindings/AppState";
import { active, fresh, onScreen, refuse, start } from "./support";

describe("device", () => {
  test("shows what it is, and deactivates after asking", async () => {
    const user = userEvent.setup();
    const app = start(active, {
      device_details: { ...active.device, other_devices: 2, online: true },
      deactivate_device: fresh,
    });
    await onScreen(app.container, "home");
    await user.click(await app.find("device"));
    const main = await onScreen(app.container, "device");
    await vi.waitFor(() => expect(main.textContent).toContain("Otros dispositivos suyos2"));
    expect(main.textContent).toContain("Básico");
    await user.click(await app.find("deactivate"));
    expect(app.called("deactivate_device")).toEqual([]);
    await user.click(await app.find("confirm-deactivate"));
    await onScreen(app.container, "welcome");
    expect((await app.find("notice")).textContent).toContain("claves se han borrado");
  });

  test("a failed deactivation says so and keeps the device", async () => {
    const user = userEvent.setup();
    const app = start(active, {
      device_details: { ...active.device, online: false },
      deactivate_device: refuse({ code: "network" }),
    });
    await onScreen(app.container, "home");
    await user.click(await app.find("device"));
    await user.click(await app.find("deactivate"));
    await user.click(await app.find("confirm-deactivate"));
    expect((await app.find("error")).dataset.code).toBe("network");
    await onScreen(app.container, "device");
  });

  // REQ-DEV-04
  test("a device whose server is gone or refuses its signature is deleted here, once that has failed", async () => {
    for (const code of ["network", "signature_invalid"]) {
      const user = userEvent.setup();
      const app = start(active, {
        device_details: { ...active.device, online: false },
        deactivate_device: refuse({ code }),
        forget_device: fresh,
      });
      await onScreen(app.container, "home");
      await user.click(await app.find("device"));
      await user.click(await app.find("deactivate"));
      expect(app.queryByTestId("deactivate-here")).toBeNull();
      await user.click(await app.find("confirm-deactivate"));
      await user.click(await app.find("deactivate-here"));
      await onScreen(app.container, "welcome");
      expect((await app.find("notice")).textContent).toContain("El servidor no lo sabe");
      expect(app.called("forget_device")).toHaveLength(1);
      app.unmount();
    }
  });

  // REQ-DEV-04
  test("deactivated elsewhere while the app runs", async () => {
    const app = start(active);
    await onScreen(app.container, "home");
    await app.emit("status-changed", { ...fresh, state: "device_revoked" });
    await onScreen(app.container, "device-problem");
    await app.find("forget");
  });
});

// REQ-DEV-05
describe("each way in which the keychain or the device fails has its own page", () => {
  const pages: [AppState, string, string, boolean, boolean][] = [
    ["no_secure_store", "store-problem", "Falta el llavero del sistema", true, false],
    ["secure_store_locked", "store-problem", "El llavero está cerrado", true, false],
    ["secure_store_corrupted", "store-problem", "Las claves guardadas están dañadas", true, true],
    ["secure_store_missing_entry", "store-problem", "Faltan las claves de este dispositivo", true, true],
    ["device_frozen", "device-problem", "Dispositivo parado por seguridad", false, true],
    ["device_revoked", "device-problem", "Este dispositivo ya no está activo", false, true],
  ];

  test.each(pages)("%s", async (state, screen, title, retry, forget) => {
    const user = userEvent.setup();
    const app = start({ ...fresh, state }, { forget_device: fresh });
    const main = await onScreen(app.container, screen);
    const heading = main.querySelector("h1");
    expect(heading?.textContent).toBe(title);
    expect(document.activeElement).toBe(heading);
    expect(document.title).toBe(`${title} · Aldaba`);
    expect(app.queryByTestId("retry") !== null).toBe(retry);
    expect(app.queryByTestId("forget") !== null).toBe(forget);
    if (screen === "store-problem") expect(main.textContent).toContain("No se ha guardado nada en ningún otro sitio");
    if (forget) {
      await user.click(await app.find("forget"));
      await onScreen(app.container, "welcome");
    }
  });

  test("looking again finds the keychain unlocked", async () => {
    const user = userEvent.setup();
    const app = start({ ...fresh, state: "secure_store_locked" });
    await onScreen(app.container, "store-problem");
    app.answers.app_status = active;
    await user.click(await app.find("retry"));
    await onScreen(app.container, "home");
  });

  test("the keychain is locked while a PIN is made", async () => {
    const app = start(active, { self_generated_pin: refuse({ code: "secure_store_locked" }) });
    await onScreen(app.container, "home");
    app.answers.app_status = { ...fresh, state: "secure_store_locked" };
    await app.emit("status-changed", { ...fresh, state: "secure_store_locked" });
    await onScreen(app.container, "store-problem");
  });

  test("a start that fails can be repeated", async () => {
    const user = userEvent.setup();
    const app = start(refuse({ code: "internal" }), { set_language: refuse({ code: "internal" }) });
    await onScreen(app.container, "start-problem");
    // Also for who does not read the language that it is in.
    await user.click(await app.find("settings"));
    await onScreen(app.container, "settings");
    await user.click(await app.find("language-en"));
    expect(app.queryByTestId("server-current")).toBeNull();
    await user.click(await app.find("back"));
    const main = await onScreen(app.container, "start-problem");
    expect(main.querySelector("h1")?.textContent).toBe("Aldaba could not start");
    app.answers.app_status = fresh;
    app.answers.set_language = null;
    await user.click(await app.find("retry"));
    const welcome = await onScreen(app.container, "welcome");
    // It is kept now that there is somewhere to keep it in.
    expect(app.called("set_language")).toEqual([{ language: "en" }, { language: "en" }]);
    expect(document.documentElement.lang).toBe("en");
    expect(welcome).toBeTruthy();
  });
});

describe("settings", () => {
  test("the language changes at once and is kept", async () => {
    const user = userEvent.setup();
    const app = start(fresh);
    await user.click(await app.find("settings"));
    await onScreen(app.container, "settings");
    await user.click(await app.find("language-en"));
    expect(app.container.querySelector("h1")?.textContent).toBe("Settings");
    expect(document.documentElement.lang).toBe("en");
    expect(app.called("set_language")).toEqual([{ language: "en" }]);
  });
});
