import userEvent from "@testing-library/user-event";
import { describe, expect, test, vi } from "vitest";
import { active, activating, fresh, onScreen, refuse, start } from "./support";

async function atCode(answers: Record<string, unknown> = {}, seconds = 600) {
  const user = userEvent.setup();
  const app = start(activating(seconds), answers);
  await onScreen(app.container, "code");
  return { ...app, user };
}

describe("activation: the code", () => {
  test("a pasted code activates", async () => {
    const app = await atCode({ confirm_activation: active });
    const field = await app.find("code");
    expect(field.getAttribute("autocomplete")).toBe("one-time-code");
    await app.user.click(field);
    await app.user.paste("k7qf 2m9x");
    expect(field).toHaveProperty("value", "K7QF-2M9X");
    await app.user.click(await app.find("confirm"));
    await onScreen(app.container, "home");
    expect(app.called("confirm_activation")).toEqual([{ code: "K7QF-2M9X" }]);
  });

  test("an incomplete code is not sent", async () => {
    const app = await atCode();
    await app.user.type(await app.find("code"), "K7Q");
    await app.user.click(await app.find("confirm"));
    expect((await app.find("error")).textContent).toContain("Ha escrito 3");
    expect(app.called("confirm_activation")).toEqual([]);
  });

  // REQ-ACT-03
  test("a wrong code says how many tries are left, the fifth ends it with a way out", async () => {
    const app = await atCode({
      confirm_activation: refuse({ code: "activation_failed" }),
      cancel_activation: fresh,
    });
    await app.user.type(await app.find("code"), "K7QF2M9X");
    for (const left of ["4 intentos", "3 intentos", "2 intentos", "1 intento."]) {
      await app.user.click(await app.find("confirm"));
      await vi.waitFor(() => expect(app.getByTestId("error").textContent).toContain(left));
    }
    await app.user.click(await app.find("confirm"));
    await app.findByText("Demasiados intentos");
    expect(app.queryByTestId("code")).toBeNull();
    await app.user.click(await app.find("cancel-activation"));
    await onScreen(app.container, "document");
  });

  test("how often it may be tried, and for how long, is what the server said", async () => {
    const strict = activating();
    strict.activation = { ...strict.activation!, tries: 2, life: 120 };
    const user = userEvent.setup();
    const app = start(strict, { confirm_activation: refuse({ code: "activation_failed" }) });
    await user.type(await app.find("code"), "K7QF2M9X");
    await user.click(await app.find("confirm"));
    await vi.waitFor(() => expect(app.getByTestId("error").textContent).toContain("1 intento."));
    await user.click(await app.find("confirm"));
    await app.findByText("Demasiados intentos");
    app.unmount();
    const over = activating(-1);
    over.activation = { ...over.activation!, life: 120 };
    const late = start(over);
    await late.findByText(/Han pasado los 2 minutos/);
  });

  test("no network: the code stays and is still good", async () => {
    const app = await atCode({ confirm_activation: refuse({ code: "network" }) });
    await app.user.type(await app.find("code"), "K7QF2M9X");
    await app.user.click(await app.find("confirm"));
    expect((await app.find("error")).textContent).toContain("el código sigue valiendo");
    expect(await app.find("code")).toHaveProperty("value", "K7QF-2M9X");
  });

  // REQ-DEV-05
  test("a keychain that does not keep the device leads to its page, and a dropped activation to a new one", async () => {
    for (const [refusal, state, screen] of [
      [{ code: "secure_store_locked" }, "secure_store_locked", "store-problem"],
      [{ code: "activation_failed", detail: "none" }, "new", "document"],
    ] as const) {
      const app = await atCode({ confirm_activation: refuse(refusal) });
      app.answers.app_status = { ...fresh, state };
      await app.user.type(await app.find("code"), "K7QF2M9X");
      await app.user.click(await app.find("confirm"));
      await onScreen(app.container, screen);
      app.unmount();
    }
  });

  test("an expired code has its own page", async () => {
    const app = await atCode({}, -1);
    await app.findByText("El código ha caducado");
    expect(app.queryByTestId("confirm")).toBeNull();
    await app.find("cancel-activation");
  });

  test("the time runs out while waiting", async () => {
    const app = await atCode({}, 1);
    await app.findByText("El código ha caducado", {}, { timeout: 4000 });
  });

  // REQ-ACT-05
  test("another code is sent and the earlier one is said to hold", async () => {
    const app = await atCode({ resend_code: { expires_at: Date.now() + 500_000, server_time_offset_ms: 0 } });
    await app.user.click(await app.find("resend"));
    expect((await app.find("resent")).textContent).toContain("El código anterior también vale");
  });
});
