import { For } from "solid-js";
import { Button } from "../components/Button";
import { Mark } from "../components/Mark";
import { Screen } from "../components/Screen";
import { useApp } from "../state/app";
import { language, t } from "../texts/texts";

const steps = [1, 2, 3] as const;

/** A device that is not activated yet: what Aldaba is, and the one thing to do. */
export const Welcome = () => {
  const app = useApp();
  const other = () => (language() === "es" ? "en" : "es");
  return (
    <Screen name="welcome" title={t("app-welcome-title")}>
      <div class="door" aria-hidden="true">
        <Mark />
      </div>
      <p class="lead">{t("app-welcome-lead")}</p>
      <ol class="steps">
        <For each={steps}>
          {(step) => (
            <li>
              <span class="steps-title">{t(`app-welcome-step-${step}-title`)}</span>
              <span>{t(`app-welcome-step-${step}`)}</span>
            </li>
          )}
        </For>
      </ol>
      <div class="actions actions-main">
        <Button testid="activate" onClick={() => app.goTo("document")}>
          {t("app-welcome-activate")}
        </Button>
        <Button variant="tertiary" lang={other()} onClick={() => app.chooseLanguage(other())}>
          {t(`app-language-${other()}`)}
        </Button>
      </div>
      <p class="aside-note">{t("app-welcome-need")}</p>
    </Screen>
  );
};
