import userEvent from "@testing-library/user-event";
import { describe, expect, test, vi } from "vitest";
import { active, onScreen, refuse, request, revealed, start } from "./support";

async function atHome(answers: Record<string, unknown> = {}) {
  const user = userEvent.setup();
  const app = start(active, answers);
  await onScreen(app.container, "home");
  return { ...app, user };
}

const digits = (element: HTMLElement) => element.textContent?.replace(/\s/g, "");

describe("home", () => {
  // REQ-UI-03
  test("a request appears by itself, is announced, and goes away", async () => {
    const app = await atHome();
    await app.find("empty");
    await app.emit("requests-changed", { requests: [request("a")], online: true });
    const card = await app.find("request-card");
    for (const text of ["Ayuntamiento", "sede.example", "Padrón", "Firefox en Windows", "olivo tranquilo"]) {
      expect(card.textContent).toContain(text);
    }
    expect(app.getByTestId("live").textContent).toContain("Hay una petición de Ayuntamiento");
    await app.emit("requests-changed", { requests: [], online: true });
    await app.find("empty");
    expect(app.getByTestId("live").textContent).toContain("ha terminado");
  });

  // REQ-UI-06
  test("another device in the same name is told of until that is read, also after a look elsewhere", async () => {
    const app = await atHome();
    expect(app.queryByTestId("banner-other-device")).toBeNull();
    await app.emit("other-device-activated", null);
    const banner = await app.find("banner-other-device");
    expect(banner.getAttribute("role")).toBe("alert");
    expect(banner.textContent).toContain("Se ha activado otro dispositivo a su nombre");
    await app.user.click(await app.find("settings"));
    await onScreen(app.container, "settings");
    await app.user.click(await app.find("back"));
    await app.user.click(await app.find("other-device-read"));
    expect(app.queryByTestId("banner-other-device")).toBeNull();
  });

  test("several requests stand side by side", async () => {
    const app = await atHome({ list_requests: { requests: [request("a"), request("b")], online: true } });
    expect(await app.findAllByTestId("request-card")).toHaveLength(2);
  });

  // REQ-UI-11
  test("two PINs of one site are told apart, by the eye and by the ear", async () => {
    const one = revealed(request("a", { phrase: "faro azul" }));
    const other = revealed(request("b", { phrase: "mesa alta", procedure: "Tributos" }), "112233");
    const app = await atHome({ list_requests: { requests: [one, other], online: true } });
    const cards = await app.findAllByTestId("request-card");
    for (const [card, phrase, procedure] of [[cards[0], "faro azul", "Padrón"], [cards[1], "mesa alta", "Tributos"]] as const) {
      expect(card?.querySelector("[data-testid=phrase]")?.textContent).toBe(phrase);
      expect(card?.textContent).toContain(procedure);
    }
    for (const phrase of ["faro azul", "mesa alta"]) {
      app.getByRole("button", { name: `Copiar el PIN para Ayuntamiento, «${phrase}»` });
      app.getByRole("button", { name: `No he sido yo: Ayuntamiento, «${phrase}»` });
    }
  });

  test("the PIN shows after the server's answer, for the eye and for the ear", async () => {
    const card = request("a");
    const app = await atHome({
      list_requests: { requests: [card], online: true },
      reveal_request: revealed(card, "007195"),
    });
    await app.user.click(await app.find("reveal"));
    const pin = await app.find("pin");
    expect(digits(pin)).toBe("007195");
    expect(pin.getAttribute("aria-hidden")).toBe("true");
    expect(pin.parentElement?.textContent).toContain("PIN: 0, 0, 7, 1, 9, 5");
    expect(document.activeElement).toBe(pin.parentElement);
    expect(app.called("reveal_request")).toEqual([{ id: "a" }]);
  });

  test("copying is left to Rust, which clears it", async () => {
    const app = await atHome({ list_requests: { requests: [revealed(request("a"))], online: true } });
    await app.user.click(await app.find("copy"));
    await vi.waitFor(() => expect(app.called("copy_pin")).toEqual([{ source: "a" }]));
    await app.findByText("Copiado. Se borrará en 30 segundos.", { selector: ".copied" });
  });

  test("a PIN whose time is over is no longer shown", async () => {
    const over = { ...revealed(request("a")), pin_expires_at: Date.now() - 1000 };
    const app = await atHome({ list_requests: { requests: [over], online: true } });
    await app.findByText(/Este PIN ha caducado/);
    expect(app.queryByTestId("pin")).toBeNull();
    expect(app.queryByTestId("reveal")).toBeNull();
  });

  // REQ-PIN-03
  test("a PIN that ran out stays as a card that says so, until it is dismissed", async () => {
    const app = await atHome({
      list_requests: { requests: [{ ...revealed(request("a")), pin_expires_at: Date.now() + 300 }], online: true },
    });
    await app.find("pin");
    await app.findByText(/Este PIN ha caducado/, {}, { timeout: 3000 });
    await app.emit("requests-changed", { requests: [], online: true });
    await app.user.click(await app.findByText("Entendido"));
    await app.find("empty");
  });

  // REQ-PIN-04
  test("another device has it: no PIN here", async () => {
    const app = await atHome({ list_requests: { requests: [request("a", { state: "revealed" })], online: true } });
    await app.findByText("Otro de sus dispositivos muestra este PIN.");
    expect(app.queryByTestId("reveal")).toBeNull();
    // It may be a lost one: any of them stops it.
    await app.user.click(await app.find("reject"));
    await app.findByText("¿No ha pedido usted este PIN?");
  });

  // REQ-LIM-04
  test("rejecting asks first, and says when requests will stay quiet", async () => {
    const app = await atHome({
      list_requests: { requests: [request("a")], online: true },
      reject_request: { muted_until: Date.now() + 86_400_000 },
    });
    await app.user.click(await app.find("reject"));
    expect(app.called("reject_request")).toEqual([]);
    await app.user.click(await app.find("confirm-reject"));
    expect((await app.find("notice")).textContent).toContain("no le molestarán");
    expect(app.called("reject_request")).toEqual([{ id: "a", reason: "not_me" }]);
    expect(app.queryByTestId("request-card")).toBeNull();
  });

  test("a change of mind is another reason", async () => {
    const app = await atHome({ list_requests: { requests: [request("a")], online: true }, reject_request: {} });
    await app.user.click(await app.find("reject"));
    await app.user.click(await app.find("changed-mind"));
    await app.find("notice");
    expect(app.called("reject_request")).toEqual([{ id: "a", reason: "changed_mind" }]);
  });

  test("a refused reveal says why and leaves the rest alone", async () => {
    const app = await atHome({
      list_requests: { requests: [request("a")], online: true },
      reveal_request: refuse({ code: "request_taken" }),
    });
    await app.user.click(await app.find("reveal"));
    expect((await app.find("error")).textContent).toContain("Otro dispositivo tiene este PIN");
  });

  // REQ-DEV-02
  test("a code that finds the device stopped leads to the page that says so", async () => {
    const states = [active, { ...active, state: "device_frozen" as const }];
    const user = userEvent.setup();
    const app = start(() => states.shift() ?? { ...active, state: "device_frozen" as const }, {
      lookup_request: refuse({ code: "device_frozen" }),
    });
    await onScreen(app.container, "home");
    await user.type(await app.find("lookup-code"), "k7qf2m9x");
    await user.click(await app.find("lookup"));
    await onScreen(app.container, "device-problem");
  });

  // REQ-LIM-03
  test("the code of a page brings up its request", async () => {
    const app = await atHome({ lookup_request: request("quiet") });
    await app.user.type(await app.find("lookup-code"), "k7qf2m9x");
    await app.user.click(await app.find("lookup"));
    expect((await app.find("request-card")).dataset.request).toBe("quiet");
    expect(app.called("lookup_request")).toEqual([{ code: "K7QF-2M9X" }]);
  });

  test("without a network: a banner, and the self-generated PIN goes on", async () => {
    const app = await atHome({ list_requests: { requests: [], online: false, error: { code: "network" } } });
    await app.find("banner-offline");
    await app.find("unknown");
    expect(app.queryByTestId("empty")).toBeNull();
    expect(digits(await app.find("self-pin"))).toBe("492708");
    await app.emit("connection-changed", { online: true });
    await vi.waitFor(() => expect(app.queryByTestId("banner-offline")).toBeNull());
  });

  test("a server that answers with an error: it is said, and nobody claims that nothing is waiting", async () => {
    const app = await atHome({ list_requests: { requests: [], online: true, error: { code: "unavailable" } } });
    const banner = await app.find("banner-server");
    expect(banner.textContent).toContain("El servicio no está disponible");
    expect(banner.getAttribute("role")).toBe("status");
    await app.find("unknown");
    expect(app.queryByTestId("empty")).toBeNull();
    expect(app.queryByTestId("banner-offline")).toBeNull();
    await app.emit("requests-changed", { requests: [], online: true });
    await app.find("empty");
    expect(app.queryByTestId("banner-server")).toBeNull();
  });

  // REQ-UI-07
  test("the self-generated PIN is put away when nobody is there, and shown again when asked for", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    try {
      const app = await atHome({
        self_generated_pin: () => ({ pin: "492708", valid_until: Date.now() + 30_000, period: 30 }),
      });
      await app.find("self-pin");
      await vi.advanceTimersByTimeAsync(100_000);
      window.dispatchEvent(new Event("pointermove"));
      await vi.advanceTimersByTimeAsync(100_000);
      expect(app.queryByTestId("self-pin")).not.toBeNull();
      await vi.advanceTimersByTimeAsync(25_000);
      expect(app.queryByTestId("self-pin")).toBeNull();
      const asked = app.called("self_generated_pin").length;
      await vi.advanceTimersByTimeAsync(600_000);
      // Whoever only passes by sees nothing.
      window.dispatchEvent(new Event("pointermove"));
      expect(app.queryByTestId("self-pin")).toBeNull();
      expect(app.called("self_generated_pin")).toHaveLength(asked);
      (await app.find("self-show")).click();
      const pin = await app.find("self-pin");
      await vi.waitFor(() => expect(document.activeElement).toBe(pin.parentElement));
    } finally {
      vi.useRealTimers();
    }
  });

  test("a PIN that cannot be made says so once, and takes the focus from nobody afterwards", async () => {
    let asked = 0;
    const app = await atHome({
      self_generated_pin: () => {
        asked += 1;
        throw { code: "clock_skew", clock_offset: 7200 };
      },
    });
    const box = await app.find("error");
    const device = await app.find("device");
    device.focus();
    await vi.waitFor(() => expect(asked).toBeGreaterThan(2), { timeout: 5000 });
    expect(document.activeElement).toBe(device);
    expect(app.getByTestId("error")).toBe(box);
  });

  test("the PIN that came with the start is shown without being asked for, while it is good", async () => {
    const pin = (left: number) => ({ pin: "111111", valid_until: Date.now() + left, period: 30 });
    const good = start({ ...active, pin: pin(20_000) });
    expect(digits(await good.find("self-pin"))).toBe("111111");
    expect(good.called("self_generated_pin")).toHaveLength(0);
    good.unmount();
    const old = start({ ...active, pin: pin(-1) });
    expect(digits(await old.find("self-pin"))).toBe("492708");
  });

  test("the self-generated PIN is renewed when it runs out", async () => {
    let turn = 0;
    const app = await atHome({
      self_generated_pin: () => {
        turn += 1;
        return { pin: turn === 1 ? "111111" : "222222", valid_until: Date.now() + (turn === 1 ? 900 : 30_000), period: 30 };
      },
    });
    expect(digits(await app.find("self-pin"))).toBe("111111");
    await vi.waitFor(() => expect(digits(app.getByTestId("self-pin"))).toBe("222222"), { timeout: 4000 });
    expect(turn).toBe(2);
  });
});
