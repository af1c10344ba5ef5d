import { For, Show } from "solid-js";
import { ErrorBox } from "../components/ErrorBox";
import { Lookup } from "../components/Lookup";
import { OtherDevice } from "../components/OtherDevice";
import { PageBound } from "../components/PageBound";
import { RequestItem } from "../components/RequestItem";
import { Screen } from "../components/Screen";
import { SelfGenerated } from "../components/SelfGenerated";
import { useApp } from "../state/app";
import { errorText } from "../texts/errors";
import { t } from "../texts/texts";

/** What asks for a PIN now, and the PIN that needs no network. */
export const Home = () => {
  const app = useApp();
  /** Whether it is known that nothing waits. */
  const nothing = () => (app.online() && !app.requestsError() ? "empty" : "unknown");
  return (
    <Screen name="home" title={t("app-home-title")}>
      <Show when={!app.online()}>
        <div class="ds-alert notice" data-color="warning" role="status" data-testid="banner-offline">
          <p class="notice-title">{t("app-offline-title")}</p>
          <p>{t("app-offline")}</p>
        </div>
      </Show>
      <Show when={app.requestsError()}>
        {(error) => (
          <div class="ds-alert notice" data-color="danger" role="status" data-testid="banner-server" data-code={error().code}>
            <p class="notice-title">{errorText(error()).title}</p>
            <p>{errorText(error()).text}</p>
          </div>
        )}
      </Show>
      <OtherDevice />
      <Show when={app.linkError()} keyed>
        {(error) => <ErrorBox error={error} />}
      </Show>
      <div class="home">
        <section class="home-requests" aria-label={t("app-home-title")}>
          <Show
            when={app.requests.length > 0}
            fallback={
              <div class="empty" data-testid={nothing()}>
                <h2 class="empty-title">{t(`app-home-${nothing()}-title`)}</h2>
                <p>{t(`app-home-${nothing()}`)}</p>
              </div>
            }
          >
            <ul class="requests">
              <For each={app.requests}>{(request) => <RequestItem request={request} />}</For>
            </ul>
          </Show>
          <Lookup />
        </section>
        <div class="home-side">
          <SelfGenerated />
          <PageBound />
        </div>
      </div>
    </Screen>
  );
};
