import { createResource, createSignal, Show } from "solid-js";
import type { AppStatus } from "../bindings/AppStatus";
import type { UiError } from "../bindings/UiError";
import { Button } from "../components/Button";
import { ErrorBox } from "../components/ErrorBox";
import { Screen } from "../components/Screen";
import { deactivateDevice, deviceDetails, forgetDevice } from "../ipc/commands";
import { announce } from "../state/announcer";
import { useApp } from "../state/app";
import { createTask } from "../state/task";
import { systemName } from "../texts/systems";
import { type TextKey, t } from "../texts/texts";
import { dateAndTime } from "../texts/time";

/** What this device is, and how to end it. */
export const Device = () => {
  const app = useApp();
  const [details] = createResource(() =>
    deviceDetails().catch(async (error: UiError) => {
      await app.refreshIfDeviceIsGone(error);
      return undefined;
    }),
  );
  // What is known here shows at once; what the server knows comes when it comes.
  const device = () => details() ?? app.status()?.device;
  const others = () => {
    const count = details()?.other_devices;
    return count === undefined ? t("app-device-others-unknown") : t("app-device-others-count", { count });
  };
  const [confirming, setConfirming] = createSignal(false);
  let confirmTitle: HTMLHeadingElement | undefined;
  let deactivateButton: HTMLButtonElement | undefined;

  const ending = (end: () => Promise<AppStatus>, done: TextKey) =>
    createTask(async () => {
      app.setStatus(await end());
      app.setNotice(t(done));
      announce(t(done));
    });
  const deactivate = ending(deactivateDevice, "app-deactivate-done");
  const forget = ending(forgetDevice, "app-deactivate-here-done");

  return (
    <Screen name="device" title={t("app-device-title")} back={() => app.goTo("start")}>
      <Show when={device()}>
        {(known) => (
          <dl class="facts facts-page">
            <div>
              <dt>{t("app-device-name")}</dt>
              <dd>{known().name}</dd>
            </div>
            <div>
              <dt>{t("app-device-level")}</dt>
              <dd>
                <strong data-testid="level" data-level={known().level}>
                  {t(`app-level-${known().level}`)}
                </strong>
                <span class="facts-note">{t(`app-level-${known().level}-text`)}</span>
              </dd>
            </div>
            <div>
              <dt>{t("app-device-unlock")}</dt>
              <dd>
                <strong data-testid="unlock" data-unlock={app.status()?.unlock ? "yes" : "no"}>
                  {app.status()?.unlock ? t("app-unlock-yes") : t("app-unlock-no")}
                </strong>
                <Show when={known().level !== "low"}>
                  <span class="facts-note">{app.status()?.unlock ? t("app-unlock-yes-text") : t("app-unlock-no-text")}</span>
                </Show>
              </dd>
            </div>
            <div>
              <dt>{t("app-device-activated")}</dt>
              <dd>{dateAndTime(known().activated_at)}</dd>
            </div>
            <div>
              <dt>{t("app-device-platform")}</dt>
              <dd>{systemName(known().platform)}</dd>
            </div>
            <div>
              <dt>{t("app-device-server")}</dt>
              <dd class="facts-url">{known().server_url}</dd>
            </div>
            <div>
              <dt>{t("app-device-others")}</dt>
              <dd>{details.loading ? "…" : others()}</dd>
            </div>
          </dl>
        )}
      </Show>
      <section class="ending">
        <Show
          when={confirming()}
          fallback={
            <>
              <h2 class="section-title">{t("app-deactivate-heading")}</h2>
              <p>{t("app-deactivate-text")}</p>
              <div class="actions">
                <Button
                  variant="secondary"
                  color="danger"
                  testid="deactivate"
                  ref={deactivateButton}
                  onClick={() => {
                    setConfirming(true);
                    confirmTitle?.focus();
                  }}
                >
                  {t("app-deactivate")}
                </Button>
              </div>
            </>
          }
        >
          <div class="ds-card confirm" role="group" aria-labelledby="deactivate-title">
            <h2 class="confirm-title" id="deactivate-title" tabindex="-1" ref={confirmTitle}>
              {t("app-deactivate-confirm-title")}
            </h2>
            <p>{t("app-deactivate-confirm-text")}</p>
            <Show when={forget.error() ?? deactivate.error()} keyed>
              {(error) => <ErrorBox error={error} />}
            </Show>
            <Show when={deactivate.error()}>
              <p>{t("app-deactivate-here-text")}</p>
            </Show>
            <div class="actions">
              <Button
                color="danger"
                testid="confirm-deactivate"
                busy={deactivate.busy()}
                onClick={() => void deactivate.run()}
              >
                {deactivate.busy() ? t("app-deactivate-busy") : t("app-deactivate-confirm")}
              </Button>
              <Show when={deactivate.error()}>
                <Button
                  variant="secondary"
                  color="danger"
                  testid="deactivate-here"
                  busy={forget.busy()}
                  onClick={() => void forget.run()}
                >
                  {t("app-deactivate-here")}
                </Button>
              </Show>
              <Button
                variant="tertiary"
                color="neutral"
                onClick={() => {
                  deactivate.clear();
                  forget.clear();
                  setConfirming(false);
                  deactivateButton?.focus();
                }}
              >
                {t("app-cancel")}
              </Button>
            </div>
          </div>
        </Show>
      </section>
    </Screen>
  );
};
