import { createContext, createSignal, onCleanup, useContext } from "solid-js";
import { createStore, reconcile } from "solid-js/store";
import type { AppStatus } from "../bindings/AppStatus";
import type { BroughtUpView } from "../bindings/BroughtUpView";
import type { RequestCard } from "../bindings/RequestCard";
import type { RequestsView } from "../bindings/RequestsView";
import type { UiError } from "../bindings/UiError";
import { toUiError } from "../ipc/call";
import { appStatus, listRequests, openedLink, setLanguage } from "../ipc/commands";
import { listenToApp } from "../ipc/events";
import { type Language, languageOf, showLanguage, t } from "../texts/texts";
import { announce } from "./announcer";

/** Where a person has gone; what `status.state` demands comes first (screens/index). */
export type Place = "start" | "document" | "device" | "settings";

/** What was typed at activation, kept in memory only, so that starting again is not typing again. */
export interface Draft {
  document: string;
  contrast: string;
  permanent: boolean;
  deviceName: string;
}

const emptyDraft: Draft = { document: "", contrast: "", permanent: false, deviceName: "" };

/** When a request ends, or its PIN, whichever is first; unix milliseconds. */
export const endOf = (request: RequestCard) =>
  Math.min(request.pin_expires_at ?? request.expires_at, request.expires_at);

/** Everything the screens share. One for the life of the window. */
export function createAppState() {
  const [status, setStatusSignal] = createSignal<AppStatus>();
  const [startError, setStartError] = createSignal<UiError>();
  const [place, setPlace] = createSignal<Place>("start");
  const [requests, setRequests] = createStore<RequestCard[]>([]);
  const [online, setOnline] = createSignal(true);
  /** Why the server, which answers, tells nothing of requests. */
  const [requestsError, setRequestsError] = createSignal<UiError>();
  const [requestsKnown, setRequestsKnown] = createSignal(false);
  const [notice, setNotice] = createSignal<string>();
  /** The challenge of a page that was scanned or came with a link. */
  const [challenge, setChallenge] = createSignal<string>();
  const [linkError, setLinkError] = createSignal<UiError>();
  /** When another device was activated in this person's name, until they have read it; unix milliseconds. */
  const [otherDevice, setOtherDevice] = createSignal<number>();
  /** A language that was chosen and could not be kept yet: there was nowhere to keep it in. */
  let unkept: Language | undefined;
  const [draft, setDraft] = createStore<Draft>({ ...emptyDraft });

  function setStatus(next: AppStatus): void {
    const before = status()?.state;
    setStartError(undefined);
    if (unkept) chooseLanguage(unkept);
    else if (next.language) showLanguage(languageOf(next.language));
    if (before !== next.state) {
      setPlace(next.state === "new" && before === "activating" ? "document" : "start");
      if (next.state !== "active") {
        setRequests(reconcile([], { key: "id" }));
        setRequestsKnown(false);
        setRequestsError(undefined);
        setOtherDevice(undefined);
      }
      if (next.state === "active") setDraft({ ...emptyDraft });
    }
    setStatusSignal(next);
    if (next.state === "active" && before !== "active") {
      void refreshRequests();
      void openLink();
    }
  }

  function showRequests(view: RequestsView): void {
    const known = new Map(requests.map((request) => [request.id, request.relying_party.name]));
    const arrived = view.requests.filter((request) => !known.has(request.id));
    const ids = new Set(view.requests.map((request) => request.id));
    setOnline(view.online);
    setRequestsError(view.online ? view.error : undefined);
    if (view.error && !view.online && view.requests.length === 0 && requestsKnown()) return;
    // A PIN that ran out under someone's eyes stays, as a card that says so, until they have read it.
    const ranOut = requests.filter((request) => request.pin && !ids.has(request.id) && endOf(request) <= Date.now());
    setRequests(reconcile([...view.requests, ...ranOut], { key: "id" }));
    setRequestsKnown(true);
    // The newest comes first.
    const latest = arrived[0];
    if (latest) {
      announce(t("app-home-new", { count: arrived.length, name: latest.relying_party.name }));
    } else {
      const gone = [...known].filter(([id]) => !ids.has(id) && !ranOut.some((request) => request.id === id));
      for (const [, name] of gone) announce(t("app-home-gone", { name }));
    }
  }

  /** Puts one request among the others: after a reveal, or one that was looked up by its code. */
  function showRequest(card: RequestCard): void {
    const others = requests.filter((request) => request.id !== card.id);
    const place = requests.findIndex((request) => request.id === card.id);
    const next = place < 0 ? [card, ...others] : requests.map((request) => (request.id === card.id ? card : request));
    setRequests(reconcile([...next], { key: "id" }));
  }

  /** Shows what a code, a QR or a link names, where its owner decides. */
  function bringUp(found: BroughtUpView): void {
    setPlace("start");
    if (found.kind === "challenge") {
      setChallenge(found.challenge);
      return;
    }
    showRequest(found.request);
    announce(t("app-lookup-found", { name: found.request.relying_party.name }));
    // After the home screen, if it was not there, has taken the focus to its title.
    setTimeout(() => document.getElementById(`request-${found.request.id}`)?.focus());
  }

  /** Asks what the link names that opened the app. One that is not ours, or names nothing now, says so and does nothing. */
  async function openLink(): Promise<void> {
    if (status()?.state !== "active") return;
    setLinkError(undefined);
    try {
      const found = await openedLink();
      if (found) bringUp(found);
    } catch (error) {
      setPlace("start");
      setLinkError(toUiError(error));
      await refreshIfDeviceIsGone(toUiError(error));
    }
  }

  function dropRequest(id: string): void {
    setRequests(reconcile(requests.filter((request) => request.id !== id), { key: "id" }));
  }

  async function refreshStatus(): Promise<void> {
    try {
      setStatus(await appStatus());
    } catch (error) {
      setStartError(toUiError(error));
    }
  }

  async function refreshRequests(): Promise<void> {
    try {
      showRequests(await listRequests());
    } catch (error) {
      if (toUiError(error).code === "network") setOnline(false);
      else setRequestsError(toUiError(error));
      await refreshIfDeviceIsGone(toUiError(error));
    }
  }

  /** A refusal that means this device no longer works: the status then says which screen is due. */
  async function refreshIfDeviceIsGone(error: UiError): Promise<void> {
    const gone = ["device_revoked", "device_frozen", "device_unknown", "not_activated", "no_secure_store"];
    // An activation that nobody remembers was dropped before.
    const dropped = error.code === "activation_failed" && error.detail === "none";
    if (dropped || gone.includes(error.code) || error.code.startsWith("secure_store_")) await refreshStatus();
  }

  function chooseLanguage(language: Language): void {
    showLanguage(language);
    unkept = language;
    const kept = () => {
      if (unkept === language) unkept = undefined;
    };
    void setLanguage(language).then(kept, () => undefined);
  }

  function goTo(next: Place): void {
    setNotice(undefined);
    setLinkError(undefined);
    setPlace(next);
  }

  /** Asks for the state and listens to what changes it. */
  function start(): void {
    let end: (() => void) | undefined;
    let ended = false;
    void listenToApp({
      requests: showRequests,
      status: setStatus,
      connection: (view) => setOnline(view.online),
      link: () => void openLink(),
      otherDevice: () => setOtherDevice(Date.now()),
    }).then(
      (stop) => (ended ? stop() : (end = stop)),
      (error: unknown) => setStartError(toUiError(error)),
    );
    onCleanup(() => {
      ended = true;
      end?.();
    });
    void refreshStatus();
  }

  return {
    status,
    setStatus,
    startError,
    place,
    goTo,
    requests,
    requestsError,
    online,
    showRequest,
    dropRequest,
    refreshStatus,
    refreshRequests,
    refreshIfDeviceIsGone,
    chooseLanguage,
    notice,
    setNotice,
    challenge,
    setChallenge,
    linkError,
    otherDevice,
    setOtherDevice,
    bringUp,
    draft,
    setDraft,
    start,
  };
}

export type AppStore = ReturnType<typeof createAppState>;

const AppContext = createContext<AppStore>();
export const AppProvider = AppContext.Provider;

export function useApp(): AppStore {
  const app = useContext(AppContext);
  if (!app) throw new Error("outside of AppProvider");
  return app;
}
