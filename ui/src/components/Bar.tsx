import { Show } from "solid-js";
import { useApp } from "../state/app";
import { t } from "../texts/texts";
import { Icon } from "./Icon";
import { Mark } from "./Mark";

/** The bar on top of every screen: the name, and the two places besides the one where things happen. */
export const Bar = () => {
  const app = useApp();
  const current = (place: "device" | "settings") => (app.place() === place ? "page" : undefined);
  return (
    <header class="bar">
      <p class="brand">
        <Mark />
        <span>{t("app-name")}</span>
      </p>
      <nav class="bar-nav" aria-label={t("app-nav")}>
        <Show when={app.status()?.state === "active"}>
          <button
            type="button"
            class="ds-button"
            data-variant="tertiary"
            data-color="neutral"
            data-testid="device"
            aria-current={current("device")}
            onClick={() => app.goTo("device")}
          >
            <Icon shape="device" />
            {t("app-nav-device")}
          </button>
        </Show>
        <button
          type="button"
          class="ds-button"
          data-variant="tertiary"
          data-color="neutral"
          data-testid="settings"
          aria-current={current("settings")}
          onClick={() => app.goTo("settings")}
        >
          <Icon shape="settings" />
          {t("app-nav-settings")}
        </button>
      </nav>
    </header>
  );
};
