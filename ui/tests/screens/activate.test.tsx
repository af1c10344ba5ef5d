import userEvent from "@testing-library/user-event";
import { describe, expect, test, vi } from "vitest";
import { activating, fresh, onScreen, refuse, start } from "./support";

async function atDocument(answers: Record<string, unknown> = {}) {
  const user = userEvent.setup();
  const app = start(fresh, answers);
  await user.click(await app.find("activate"));
  await onScreen(app.container, "document");
  return { ...app, user };
}

describe("activation: the document", () => {
  test("a right document and datum are sent as typed, and the code is asked for", async () => {
    const app = await atDocument({ start_activation: { expires_at: Date.now() + 600_000, server_time_offset_ms: 0 } });
    await app.user.type(await app.find("document"), "12.345.678-z");
    await app.user.type(await app.find("contrast"), "17 05 2031");
    await app.findByText("Portátil");
    app.answers.app_status = activating();
    await app.user.click(await app.find("continue"));
    await onScreen(app.container, "code");
    expect(app.called("start_activation")).toEqual([
      { document: "12.345.678-z", contrast: "17 05 2031", deviceName: "Portátil" },
    ]);
  });

  test("an unfinished document is not called wrong, a wrong letter is", async () => {
    const app = await atDocument({ check_document: refuse({ code: "document_invalid", detail: "shape" }) });
    await app.user.type(await app.find("document"), "1234");
    await vi.waitFor(() => expect(app.called("check_document").length).toBe(1));
    expect(app.queryByTestId("error")).toBeNull();
    app.answers.check_document = refuse({ code: "document_invalid", detail: "letter" });
    await app.user.type(await app.find("document"), "5678A");
    expect((await app.find("error")).textContent).toContain("La letra no corresponde");
  });

  test("with an error, nothing is sent and the focus goes to the field", async () => {
    const app = await atDocument({ check_document: refuse({ code: "document_invalid", detail: "empty" }) });
    await app.user.click(await app.find("continue"));
    expect((await app.findAllByTestId("error"))[0]?.textContent).toContain("Escriba su DNI o NIE");
    await vi.waitFor(() => expect(document.activeElement).toBe(app.getByTestId("document")));
    expect(app.called("start_activation")).toEqual([]);
  });

  test("the datum changes with the kind of document", async () => {
    const app = await atDocument({
      check_document: { kind: "nie" },
      check_contrast: { kind: "support_number", normalized: "C01234567" },
    });
    expect(app.getByLabelText("Fecha de validez de su DNI")).toBe(app.getByTestId("contrast"));
    await app.user.type(await app.find("document"), "x1234567l");
    expect(app.getByLabelText("Número de soporte de su NIE")).toBe(app.getByTestId("contrast"));
    await app.user.type(app.getByTestId("contrast"), "1234567");
    await app.findByText("Usaremos C01234567");
  });

  test("01 01 9999 turns the question into the issue date", async () => {
    const app = await atDocument({ check_contrast: refuse({ code: "contrast_invalid", detail: "permanent" }) });
    await app.user.type(await app.find("document"), "12345678Z");
    await app.user.type(await app.find("contrast"), "01 01 9999");
    const field = await app.findByLabelText("Fecha de expedición de su DNI");
    expect(field).toBe(app.getByTestId("contrast"));
    expect(field).toHaveProperty("value", "");
    expect((await app.find("error")).textContent).toContain("Su DNI es permanente");
  });

  test("an address of a server is taken over before anything is sent, or refused", async () => {
    const app = await atDocument({
      set_server: refuse({ code: "server_insecure", detail: "not_secure" }),
      start_activation: refuse({ code: "network" }),
    });
    await app.user.type(await app.find("document"), "12345678Z");
    await app.user.type(await app.find("contrast"), "17 05 2031");
    await app.user.click(await app.find("change-server"));
    await app.user.type(await app.find("server-url"), "http://pin.example");
    await app.user.click(await app.find("continue"));
    expect((await app.find("error")).textContent).toContain("https://");
    expect(app.called("start_activation")).toEqual([]);
    app.answers.set_server = { url: "https://other.example", preset: false };
    await app.user.click(await app.find("continue"));
    await app.findByText("https://other.example");
    const box = await vi.waitFor(() => {
      const found = app.container.querySelector("[data-code='network']");
      expect(found).not.toBeNull();
      return found;
    });
    expect(box?.textContent).toContain("No hay conexión");
    expect(document.activeElement).toBe(box);
  });
});
