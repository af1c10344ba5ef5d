import { Show } from "solid-js";
import { useApp } from "../state/app";
import { t } from "../texts/texts";
import { dateAndTime } from "../texts/time";
import { Button } from "./Button";

/** Another device was activated in this person's name: said until they have read it. */
export const OtherDevice = () => {
  const app = useApp();
  return (
    <Show when={app.otherDevice()}>
      {(at) => (
        <div class="ds-alert notice" data-color="warning" role="alert" data-testid="banner-other-device">
          <p class="notice-title">{t("app-notification-other-device-title")}</p>
          <p>{t("app-other-device-when", { when: dateAndTime(at()) })}</p>
          <div class="actions">
            <Button variant="secondary" testid="other-device-read" onClick={() => app.setOtherDevice(undefined)}>
              {t("app-other-device-read")}
            </Button>
          </div>
        </div>
      )}
    </Show>
  );
};
