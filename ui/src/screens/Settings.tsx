import { For, Show } from "solid-js";
import { Mark } from "../components/Mark";
import { Screen } from "../components/Screen";
import { ServerChooser } from "../components/ServerChooser";
import { useApp } from "../state/app";
import { systemName } from "../texts/systems";
import { language, languages, t } from "../texts/texts";

/** Language, server, and what this program is. */
export const Settings = () => {
  const app = useApp();
  const mayChangeServer = () => app.status()?.state === "new";
  return (
    <Screen name="settings" title={t("app-settings-title")} back={() => app.goTo("start")}>
      <fieldset class="languages" data-testid="language">
        <legend class="section-title">{t("app-settings-language")}</legend>
        <For each={languages}>
          {(tag) => (
            <label class="ds-field choice" lang={tag}>
              <input
                class="ds-input"
                type="radio"
                name="language"
                value={tag}
                data-testid={`language-${tag}`}
                checked={language() === tag}
                onChange={() => app.chooseLanguage(tag)}
              />
              <span>{t(`app-language-${tag}`)}</span>
            </label>
          )}
        </For>
      </fieldset>
      {/* A start that failed knows no server; the language can be chosen all the same. */}
      <Show when={app.status()}>
        <section class="settings-server">
          <h2 class="section-title">{t("app-settings-server")}</h2>
          <Show
            when={mayChangeServer()}
            fallback={
              <>
                <p class="server-url">{app.status()?.server.url}</p>
                <p class="aside-note">{t("app-settings-server-active")}</p>
              </>
            }
          >
            <div class="decided">
              <ServerChooser />
            </div>
          </Show>
        </section>
      </Show>
      <section class="about">
        <h2 class="section-title">{t("app-settings-about")}</h2>
        <div class="about-row">
          <Mark />
          <Show when={app.status()}>
            {(status) => (
              <p>
                {t("app-settings-version")} {status().version} · {systemName(status().platform)}
              </p>
            )}
          </Show>
        </div>
        <p class="aside-note">{t("app-settings-licence")}</p>
      </section>
    </Screen>
  );
};
