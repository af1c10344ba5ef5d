import { createEffect, createMemo, createSignal, on, onCleanup, onMount, Show } from "solid-js";
import type { ContrastCheck } from "../bindings/ContrastCheck";
import type { DocumentKind } from "../bindings/DocumentKind";
import type { UiError } from "../bindings/UiError";
import { Button } from "../components/Button";
import { CardDrawing } from "../components/CardDrawing";
import { ErrorBox } from "../components/ErrorBox";
import { Field } from "../components/Field";
import { Screen } from "../components/Screen";
import { ServerChooser } from "../components/ServerChooser";
import { toUiError } from "../ipc/call";
import { checkContrast, checkDocument, startActivation, suggestedDeviceName } from "../ipc/commands";
import { useApp } from "../state/app";
import { contrastAsked } from "../state/document";
import { createTask } from "../state/task";
import { contrastText, documentText } from "../texts/errors";
import { t } from "../texts/texts";

/** How long typing must pause before a field is checked. */
const PAUSE_MS = 350;

/** Document, contrast datum, name of the device, server: all that activation needs before the SMS. */
export const Activate = () => {
  const app = useApp();
  const [kind, setKind] = createSignal<DocumentKind>();
  const [documentError, setDocumentError] = createSignal<UiError>();
  const [contrastError, setContrastError] = createSignal<UiError>();
  const [nameMissing, setNameMissing] = createSignal(false);
  const [naming, setNaming] = createSignal(false);
  const [contrast, setContrast] = createSignal<ContrastCheck>();
  let documentField: HTMLInputElement | undefined;
  let contrastField: HTMLInputElement | undefined;
  let nameField: HTMLInputElement | undefined;
  let chooser: { settle(): Promise<boolean> } | undefined;
  let pause: ReturnType<typeof setTimeout> | undefined;
  onCleanup(() => clearTimeout(pause));

  const asked = createMemo(() => contrastAsked(app.draft.document, app.draft.permanent));

  onMount(() => {
    if (app.draft.deviceName) return;
    suggestedDeviceName().then(
      (name) => {
        if (name.trim() === "") setNaming(true);
        else if (!app.draft.deviceName) app.setDraft("deviceName", name);
      },
      () => setNaming(true),
    );
  });

  /** Checks the document; while typing, an unfinished one is not yet wrong. */
  async function checkDocumentNow(whole: boolean): Promise<boolean> {
    const typed = app.draft.document;
    try {
      const check = await checkDocument(typed);
      if (typed !== app.draft.document) return false;
      setKind(check.kind);
      setDocumentError(undefined);
      return true;
    } catch (reason) {
      if (typed !== app.draft.document) return false;
      const error = toUiError(reason);
      setKind(undefined);
      setDocumentError(whole || error.detail === "letter" ? error : undefined);
      return false;
    }
  }

  async function checkContrastNow(whole: boolean): Promise<boolean> {
    const typed = app.draft.contrast;
    try {
      const check = await checkContrast(app.draft.document, typed);
      if (typed !== app.draft.contrast) return false;
      setContrast(check);
      setContrastError(undefined);
      return true;
    } catch (reason) {
      if (typed !== app.draft.contrast) return false;
      const error = toUiError(reason);
      setContrast(undefined);
      // Without a document there is nothing to judge the datum by.
      if (error.code !== "contrast_invalid") return false;
      if (error.detail === "permanent") {
        app.setDraft({ permanent: true, contrast: "" });
        setContrastError(error);
      } else if (whole) setContrastError(error);
      return false;
    }
  }

  const later = (check: () => unknown) => {
    clearTimeout(pause);
    pause = setTimeout(check, PAUSE_MS);
  };

  // Another kind of document asks for another datum: what stood there answers another question.
  createEffect(
    on(
      asked,
      (now, before) => {
        setContrast(undefined);
        if (contrastError()?.detail !== "permanent") setContrastError(undefined);
        if ((now === "support") !== (before === "support")) app.setDraft("contrast", "");
      },
      { defer: true },
    ),
  );

  const task = createTask(async () => {
    clearTimeout(pause);
    const documentGood = await checkDocumentNow(true);
    const contrastGood = documentGood
      ? await checkContrastNow(true)
      : app.draft.contrast.trim() !== "" || (setContrastError({ code: "contrast_invalid", detail: "empty" }), false);
    setNameMissing(app.draft.deviceName.trim() === "");
    if (nameMissing()) setNaming(true);
    if (!documentGood) return documentField?.focus();
    if (!contrastGood) return contrastField?.focus();
    if (nameMissing()) return nameField?.focus();
    if (chooser && !(await chooser.settle())) return;
    await startActivation(app.draft.document, app.draft.contrast, app.draft.deviceName.trim());
    await app.refreshStatus();
  });

  const contrastGood = () => {
    const check = contrast();
    return check?.kind === "support_number" && !contrastError()
      ? t("app-contrast-support-padded", { number: check.normalized })
      : undefined;
  };

  return (
    <Screen name="document" title={t("app-document-title")} step={t("app-document-step")} back={() => app.goTo("start")}>
      <Show when={task.error()} keyed>
        {(error) => <ErrorBox error={error} />}
      </Show>
      <form
        class="form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void task.run();
        }}
      >
        <Field
          label={t("app-document-label")}
          hint={t("app-document-hint")}
          testid="document"
          value={app.draft.document}
          error={documentError() && documentText(documentError()!)}
          good={kind() && t(`app-document-ok-${kind()!}`)}
          ref={(input) => (documentField = input)}
          onInput={(value) => {
            app.setDraft("document", value);
            setKind(undefined);
            setDocumentError(undefined);
            later(() => checkDocumentNow(false));
          }}
          onBlur={() => {
            if (app.draft.document.trim()) void checkDocumentNow(true);
          }}
        />
        <div class="contrast">
          <Field
            label={t(`app-contrast-${asked()}-label`)}
            hint={t(`app-contrast-${asked()}-hint`)}
            testid="contrast"
            value={app.draft.contrast}
            error={contrastError() && contrastText(contrastError()!, asked() === "support")}
            good={contrastGood()}
            input={{ inputMode: asked() === "support" ? "text" : "numeric" }}
            ref={(input) => (contrastField = input)}
            onInput={(value) => {
              app.setDraft("contrast", value);
              setContrast(undefined);
              setContrastError(undefined);
              later(() => (app.draft.contrast.trim() ? checkContrastNow(false) : undefined));
            }}
          />
          <CardDrawing asked={asked()} />
          <Show when={asked() !== "support"}>
            <div class="permanent">
              <Show when={asked() === "validity"}>
                <p>{t("app-contrast-permanent-note")}</p>
              </Show>
              <Button
                variant="tertiary"
                testid="permanent"
                onClick={() => {
                  setContrastError(undefined);
                  app.setDraft({ permanent: asked() === "validity", contrast: "" });
                  contrastField?.focus();
                }}
              >
                {asked() === "validity" ? t("app-contrast-permanent-ask") : t("app-contrast-permanent-undo")}
              </Button>
            </div>
          </Show>
        </div>
        <div class="decided">
          <Show
            when={naming()}
            fallback={
              <div class="server-row">
                <p>
                  <span class="server-label">{t("app-device-name-label")}</span>
                  <span>{app.draft.deviceName}</span>
                </p>
                <Button
                  variant="tertiary"
                  testid="change-name"
                  aria-label={t("app-device-name-change")}
                  onClick={() => {
                    setNaming(true);
                    nameField?.focus();
                  }}
                >
                  {t("app-change")}
                </Button>
              </div>
            }
          >
            <Field
              label={t("app-device-name-label")}
              hint={t("app-device-name-hint")}
              testid="device-name"
              value={app.draft.deviceName}
              error={nameMissing() ? t("app-error-device-name-empty") : undefined}
              input={{ autocapitalize: "sentences", maxLength: 40 }}
              ref={(input) => (nameField = input)}
              onInput={(value) => {
                app.setDraft("deviceName", value);
                setNameMissing(false);
              }}
            />
          </Show>
          <ServerChooser ready={(handle) => (chooser = handle)} />
        </div>
        <div class="actions actions-main">
          <Button type="submit" testid="continue" busy={task.busy()}>
            {task.busy() ? t("app-continue-busy") : t("app-continue")}
          </Button>
        </div>
      </form>
    </Screen>
  );
};
