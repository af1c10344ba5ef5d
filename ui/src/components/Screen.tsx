import { createEffect, type JSX, onMount, Show } from "solid-js";
import { useApp } from "../state/app";
import { t } from "../texts/texts";
import { Button } from "./Button";
import { Icon } from "./Icon";

/** `data-screen` of each screen. */
export type ScreenName =
  | "welcome"
  | "document"
  | "code"
  | "home"
  | "device"
  | "settings"
  | "store-problem"
  | "device-problem"
  | "start-problem";

interface ScreenProps {
  name: ScreenName;
  title: string;
  /** A line over the title, such as "Paso 1 de 2". */
  step?: string;
  back?: () => void;
  children: JSX.Element;
}

/** One screen: takes the focus to its title when it appears, names the window. */
export const Screen = (props: ScreenProps) => {
  const app = useApp();
  let title: HTMLHeadingElement | undefined;
  onMount(() => {
    window.scrollTo(0, 0);
    title?.focus();
  });
  createEffect(() => {
    document.title = t("app-title", { screen: props.title });
  });
  return (
    <main class={`screen screen-${props.name}`} data-screen={props.name} id="content">
      <Show when={props.back}>
        {(back) => (
          <div class="screen-back">
            <Button variant="tertiary" testid="back" onClick={() => back()()}>
              <Icon shape="back" />
              {t("app-back")}
            </Button>
          </div>
        )}
      </Show>
      <header class="screen-head">
        <Show when={props.step}>
          <p class="screen-step">{props.step}</p>
        </Show>
        <h1 class="screen-title" tabindex="-1" ref={title}>
          {props.title}
        </h1>
      </header>
      <Show when={app.notice()}>
        <div class="ds-alert notice" data-color="success" role="status" data-testid="notice">
          <p>{app.notice()}</p>
          <Button variant="tertiary" color="neutral" onClick={() => app.setNotice(undefined)}>
            {t("app-dismiss")}
          </Button>
        </div>
      </Show>
      {props.children}
    </main>
  );
};
