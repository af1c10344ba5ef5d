import userEvent from "@testing-library/user-event";
import { describe, expect, test, vi } from "vitest";
import { active, onScreen, refuse, request, revealed, start } from "./support";

async function atHome(answers: Record<string, unknown> = {}, status = active) {
  const user = userEvent.setup();
  const app = start(status, answers);
  await onScreen(app.container, "home");
  return { ...app, user };
}

const digits = (element: HTMLElement) => element.textContent?.replace(/\s/g, "");
const choices = ["faro azul", "olivo tranquilo", "mesa alta"];
const qr = (more = {}) => request("q", { choices, ...more });

describe("approving what began with a QR", () => {
  // REQ-QR-06
  test("its owner says which words the page shows; the card does not", async () => {
    const approved = { ...qr(), state: "revealed", approved: true, revealed_here: true };
    const app = await atHome({ list_requests: { requests: [qr()], online: true }, approve_request: approved });
    await app.find("choices");
    expect(app.queryByTestId("phrase")).toBeNull();
    const radios = app.getAllByTestId<HTMLInputElement>("choice");
    expect(radios.map((radio) => radio.value)).toEqual(choices);
    expect(radios.some((radio) => radio.checked)).toBe(false);
    await app.user.click(await app.find("approve"));
    await app.findByText("Elija las palabras que muestra la página");
    expect(app.called("approve_request")).toEqual([]);
    expect(document.activeElement).toBe(radios[0]);
    await app.user.click(app.getByLabelText("olivo tranquilo"));
    await app.user.click(await app.find("approve"));
    await app.find("approved");
    expect(app.called("approve_request")).toEqual([{ id: "q", phrase: "olivo tranquilo" }]);
    expect(app.queryByTestId("reveal")).toBeNull();
    expect(app.queryByTestId("reject")).not.toBeNull();
  });

  // REQ-QR-06
  test("nothing on the card gives the words away, whoever listens to it", async () => {
    const app = await atHome({ list_requests: { requests: [qr()], online: true } });
    const card = await app.find("request-card");
    const said = [...card.querySelectorAll("[aria-label]")].map((element) => element.getAttribute("aria-label"));
    expect(said).toContain("No he sido yo: Ayuntamiento");
    expect(said.join()).not.toContain("olivo tranquilo");
  });

  test("the words to choose from are a group with a name, of the design system's buttons", async () => {
    const app = await atHome({ list_requests: { requests: [qr()], online: true } });
    app.getByRole("radiogroup", { name: "¿Qué palabras muestra la página?" });
    for (const radio of app.getAllByTestId("choice")) expect(radio.classList).toContain("ds-input");
  });

  test("wrong words: nobody has signed in, and why", async () => {
    const app = await atHome({
      list_requests: { requests: [qr()], online: true },
      approve_request: refuse({ code: "phrase_wrong" }),
    });
    await app.user.click(await app.findByLabelText("mesa alta"));
    await app.user.click(await app.find("approve"));
    expect((await app.find("error")).textContent).toContain("Nadie ha entrado");
  });

  // REQ-UNL-03
  test("an unlock that was not passed shows and approves nothing", async () => {
    const app = await atHome({
      list_requests: { requests: [request("a")], online: true },
      reveal_request: refuse({ code: "unlock_refused" }),
    });
    await app.user.click(await app.find("reveal"));
    expect((await app.find("error")).textContent).toContain("No se ha desbloqueado");
    expect(app.queryByTestId("pin")).toBeNull();
  });

  // REQ-QR-07
  test("a PIN may be seen instead, with the words beside it", async () => {
    const app = await atHome({ list_requests: { requests: [qr()], online: true }, reveal_request: revealed(qr()) });
    const button = await app.find("reveal");
    expect(button.textContent).toBe("Ver un PIN");
    await app.user.click(button);
    expect(digits(await app.find("pin"))).toBe("407195");
    expect(app.queryByTestId("choices")).toBeNull();
  });

  test("another device approved it", async () => {
    const card = qr({ state: "revealed", approved: true });
    const app = await atHome({ list_requests: { requests: [card], online: true } });
    await app.findByText("Otro de sus dispositivos ha aprobado esta petición.");
    expect(app.queryByTestId("choices")).toBeNull();
  });
});

describe("reading a code", () => {
  const picture = new File([new Uint8Array([137, 80, 78, 71])], "qr.png", { type: "image/png" });

  // REQ-QR-08
  test("a picture goes to Rust as its bytes and brings up its request", async () => {
    const app = await atHome({ scan_picture: { kind: "request", request: qr() } });
    await app.user.upload(await app.find("scan-file"), picture);
    expect((await app.find("request-card")).dataset.request).toBe("q");
    expect(app.called("scan_picture")).toHaveLength(1);
  });

  test("a stale or strange picture says what to do", async () => {
    const app = await atHome({ scan_picture: refuse({ code: "qr_stale" }), scan_clipboard: refuse({ code: "qr_unreadable" }) });
    await app.user.upload(await app.find("scan-file"), picture);
    expect((await app.find("error")).textContent).toContain("Escriba el código");
    await app.user.click(await app.find("scan-clipboard"));
    await vi.waitFor(() => expect(app.getByTestId("error").dataset.code).toBe("qr_unreadable"));
    expect(app.queryByTestId("scan-camera")).toBeNull();
  });

  test("phones use their camera", async () => {
    const link = "aldaba://request?c=7K2M9QXT";
    const camera = {
      "plugin:barcode-scanner|request_permissions": { camera: "granted" },
      "plugin:barcode-scanner|scan": { content: link },
      scan_camera: { kind: "request", request: qr() },
    };
    const app = await atHome(camera, { ...active, camera: true });
    await app.user.click(await app.find("scan-camera"));
    await app.find("request-card");
    expect(app.called("scan_camera")).toEqual([{ text: link }]);
    expect(app.queryByTestId("scan-clipboard")).toBeNull();
  });

  test("a camera that its owner does not give says what else there is", async () => {
    const refused = { "plugin:barcode-scanner|request_permissions": () => Promise.reject("denied") };
    const app = await atHome(refused, { ...active, camera: true });
    await app.user.click(await app.find("scan-camera"));
    expect((await app.find("error")).dataset.code).toBe("qr_unreadable");
    expect(app.called("scan_camera")).toEqual([]);
  });
});

describe("the PIN for one page", () => {
  // REQ-BOUND-01
  test("its code is typed, eight digits come, copying is left to Rust", async () => {
    const app = await atHome({ page_bound_pin: { pin: "92520201" } });
    await app.user.click(await app.find("bound"));
    await app.findByText("Escriba el código que muestra la página");
    await app.user.type(await app.find("bound-code"), "7k2m9qxt");
    await app.user.click(await app.find("bound"));
    expect(digits(await app.find("bound-pin"))).toBe("92520201");
    expect(app.called("page_bound_pin")).toEqual([{ challenge: "7K2M-9QXT" }]);
    await app.user.click(await app.find("copy-bound"));
    await vi.waitFor(() => expect(app.called("copy_pin")).toEqual([{ source: "bound:7K2M-9QXT" }]));
    // Another code, and the PIN of the one before is gone.
    await app.user.type(await app.find("bound-code"), "{Backspace}");
    expect(app.queryByTestId("bound-pin")).toBeNull();
  });

  test("a scanned challenge needs no typing", async () => {
    const app = await atHome({
      scan_clipboard: { kind: "challenge", challenge: "7K2M-9QXT" },
      page_bound_pin: { pin: "92520201" },
    });
    const fold = (await app.find("fold-bound")) as HTMLDetailsElement;
    expect(fold.open).toBe(false);
    await app.user.click(await app.find("scan-clipboard"));
    expect(digits(await app.find("bound-pin"))).toBe("92520201");
    expect(fold.open).toBe(true);
  });
});

describe("a link that opens the app", () => {
  // REQ-LINK-02
  test("brings up its request and nothing more", async () => {
    const app = await atHome();
    app.answers.opened_link = { kind: "request", request: qr() };
    await app.emit("link-arrived", null);
    expect((await app.find("request-card")).dataset.request).toBe("q");
    expect(app.called("reveal_request")).toEqual([]);
    expect(app.called("approve_request")).toEqual([]);
  });

  // REQ-LINK-02
  test("that the app was started with waits until it is activated", async () => {
    const app = await atHome({ opened_link: { kind: "challenge", challenge: "7K2M-9QXT" }, page_bound_pin: { pin: "92520201" } });
    expect(digits(await app.find("bound-pin"))).toBe("92520201");
  });

  // REQ-LINK-01
  test("that is not ours says so", async () => {
    const app = await atHome({ opened_link: refuse({ code: "request_unknown", detail: "link" }) });
    expect((await app.find("error")).textContent).toContain("No encontramos esa petición");
    expect(app.queryByTestId("request-card")).toBeNull();
  });
});

describe("the device's unlock", () => {
  // REQ-UNL-03
  test.each([
    [false, "no", "PIN para esta página"],
    [true, "yes", "su cara, su huella"],
  ])("says what it reaches: %s", async (unlock, mark, words) => {
    const device = { ...active.device, level: "substantial" };
    const app = await atHome({ device_details: { ...device, online: true } }, { ...active, unlock, device } as typeof active);
    await app.user.click(app.getByRole("button", { name: "Dispositivo" }));
    const said = await app.find("unlock");
    expect(said.dataset.unlock).toBe(mark);
    expect(said.parentElement?.textContent).toContain(words);
  });
});
