import { createSignal, createUniqueId, Match, Show, Switch } from "solid-js";
import type { RejectReason } from "../bindings/RejectReason";
import type { RequestCard } from "../bindings/RequestCard";
import type { UiError } from "../bindings/UiError";
import { rejectRequest, revealRequest } from "../ipc/commands";
import { announce } from "../state/announcer";
import { endOf, useApp } from "../state/app";
import { useClock } from "../state/clock";
import { pinSpoken } from "../state/pin";
import { createTask } from "../state/task";
import { t } from "../texts/texts";
import { ago, dateAndTime } from "../texts/time";
import { Approval } from "./Approval";
import { Button } from "./Button";
import { CopyButton } from "./CopyButton";
import { Countdown } from "./Countdown";
import { Digits } from "./Digits";
import { ErrorBox } from "./ErrorBox";

/** One request: who asks, for what, from where; then its PIN, or its rejection. */
export const RequestItem = (props: { request: RequestCard }) => {
  const app = useApp();
  const now = useClock();
  const [rejecting, setRejecting] = createSignal(false);
  const titleId = createUniqueId();
  let pinElement: HTMLElement | undefined;
  let rejectTitle: HTMLHeadingElement | undefined;
  let rejectButton: HTMLButtonElement | undefined;

  const name = () => props.request.relying_party.name;
  const pinUntil = () => endOf(props.request);
  /** In seconds. A server that does not say since when it lives leaves it to be the request's age. */
  const pinLife = () => props.request.pin_life ?? Math.ceil((pinUntil() - props.request.created_at) / 1000);
  const pinOver = () => Boolean(props.request.pin) && pinUntil() <= now();
  const expired = () => !props.request.pin && props.request.expires_at <= now();
  /** The phrases to choose from, while it waits for an approval. */
  const choices = () => (props.request.state === "pending" ? props.request.choices : undefined);
  /** What began with a QR is approved by who can say the words: nothing on the card gives them away. */
  const saysPhrase = () => !choices() && !props.request.approved;
  const named = () => ({ name: name(), phrase: props.request.phrase });
  const approvedHere = () => props.request.approved && props.request.revealed_here;
  const elsewhere = () => props.request.state === "revealed" && !props.request.revealed_here;

  async function handled(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      await app.refreshIfDeviceIsGone(error as UiError);
      throw error;
    }
  }

  const reveal = createTask(() =>
    handled(async () => {
      const card = await revealRequest(props.request.id);
      app.showRequest(card);
      if (card.pin) announce(t("app-pin-ready", { digits: pinSpoken(card.pin) }));
      pinElement?.focus();
    }),
  );

  const reject = (reason: RejectReason) =>
    createTask(() =>
      handled(async () => {
        const outcome = await rejectRequest(props.request.id, reason);
        const text = outcome.muted_until
          ? t("app-reject-muted", { until: dateAndTime(outcome.muted_until) })
          : t("app-reject-done");
        app.setNotice(text);
        announce(text);
        document.querySelector<HTMLElement>("h1")?.focus();
        app.dropRequest(props.request.id);
      }),
    );
  const notMe = reject("not_me");
  const changedMind = reject("changed_mind");

  const place = () => {
    const where = t("app-request-browser-system", { browser: props.request.browser, system: props.request.system });
    return props.request.place ? `${where}, ${t("app-request-place", { place: props.request.place })}` : where;
  };

  return (
    <li
      class="ds-card request"
      data-testid="request-card"
      data-request={props.request.id}
      data-state={props.request.state}
      id={`request-${props.request.id}`}
      tabindex="-1"
      aria-labelledby={titleId}
    >
      <div class="request-who">
        <h2 class="request-name" id={titleId}>
          {props.request.pin ? t("app-pin-title", { name: name() }) : name()}
        </h2>
        <p class="request-domain">{props.request.relying_party.domain}</p>
      </div>
      <Show when={reveal.error() ?? notMe.error() ?? changedMind.error()} keyed>
        {(error) => <ErrorBox error={error} />}
      </Show>
      <Switch
        fallback={
          <>
            <Show when={saysPhrase()}>
              <div class="phrase">
                <p class="phrase-label">{t("app-request-phrase")}</p>
                <p class="phrase-words" data-testid="phrase">
                  {props.request.phrase}
                </p>
                <p class="phrase-warning">{t("app-request-phrase-warning")}</p>
              </div>
            </Show>
            <Show when={approvedHere()}>
              <div class="phrase" data-testid="approved">
                <p class="phrase-words">{t("app-approved-title")}</p>
                <p class="phrase-warning">{t("app-approved-text")}</p>
              </div>
            </Show>
            <dl class="facts">
              <div>
                <dt>{t("app-request-for")}</dt>
                <dd>{props.request.procedure}</dd>
              </div>
              <div>
                <dt>{t("app-request-from")}</dt>
                <dd>{place()}</dd>
              </div>
              <div>
                <dt>{t("app-request-when")}</dt>
                <dd>{ago(props.request.created_at, now())}</dd>
              </div>
            </dl>
            <Show when={!elsewhere() && choices()} keyed>
              {(phrases) => <Approval request={props.request} choices={phrases} />}
            </Show>
          </>
        }
      >
        <Match when={rejecting()}>
          <div class="confirm" role="group" aria-labelledby={`${titleId}-reject`}>
            <h3 class="confirm-title" id={`${titleId}-reject`} tabindex="-1" ref={rejectTitle}>
              {t("app-reject-title")}
            </h3>
            <p>{t("app-reject-text")}</p>
            <div class="actions actions-stack">
              <Button color="danger" testid="confirm-reject" busy={notMe.busy()} onClick={() => void notMe.run()}>
                {t("app-reject-not-me")}
              </Button>
              <Button
                variant="secondary"
                color="neutral"
                testid="changed-mind"
                busy={changedMind.busy()}
                onClick={() => void changedMind.run()}
              >
                {t("app-reject-changed")}
              </Button>
              <Button
                variant="tertiary"
                color="neutral"
                onClick={() => {
                  setRejecting(false);
                  rejectButton?.focus();
                }}
              >
                {t("app-back")}
              </Button>
            </div>
          </div>
        </Match>
        <Match when={pinOver() || expired()}>
          <p class="request-over">{pinOver() ? t("app-pin-expired") : t("app-request-expired")}</p>
          <div class="actions">
            <Button variant="secondary" color="neutral" onClick={() => app.dropRequest(props.request.id)}>
              {t("app-dismiss")}
            </Button>
          </div>
        </Match>
        <Match when={props.request.pin}>
          {(pin) => (
            <>
              {/* Two PINs of one site are told apart by the words of the page. */}
              <dl class="facts">
                <div>
                  <dt>{t("app-request-for")}</dt>
                  <dd>{props.request.procedure}</dd>
                </div>
                <div>
                  <dt>{t("app-pin-phrase")}</dt>
                  <dd class="pin-phrase" data-testid="phrase">
                    {props.request.phrase}
                  </dd>
                </div>
              </dl>
              <p>{t("app-pin-type")}</p>
              <Digits pin={pin()} testid="pin" ref={(element) => (pinElement = element)} />
              <div class="pin-foot">
                <Countdown label={t("app-pin-timer")} until={pinUntil()} seconds={pinLife()} />
                <CopyButton source={props.request.id} label={t("app-copy-of", named())} testid="copy" />
              </div>
            </>
          )}
        </Match>
      </Switch>
      <Show when={!rejecting() && !pinOver() && !expired()}>
        <Show when={elsewhere()}>
          <p class="request-elsewhere">
            {props.request.approved ? t("app-approved-elsewhere") : t("app-request-elsewhere")}
          </p>
        </Show>
        {/* Whichever device has it, each of its owner's may stop it. */}
        <div class="actions request-actions" classList={{ "request-actions-after": Boolean(props.request.pin) }}>
          <Show when={!elsewhere() && !props.request.pin && !props.request.approved}>
            <Button
              testid="reveal"
              variant={choices() ? "secondary" : "primary"}
              aria-label={t(choices() ? "app-approve-pin-instead-of" : "app-request-reveal-of", named())}
              busy={reveal.busy()}
              onClick={() => void reveal.run()}
            >
              {reveal.busy()
                ? t("app-request-reveal-busy")
                : choices()
                  ? t("app-approve-pin-instead")
                  : t("app-request-reveal")}
            </Button>
          </Show>
          <Button
            variant="tertiary"
            color="danger"
            testid="reject"
            aria-label={t(saysPhrase() ? "app-request-reject-of" : "app-approve-reject-of", named())}
            ref={rejectButton}
            onClick={() => {
              setRejecting(true);
              rejectTitle?.focus();
            }}
          >
            {t("app-request-reject")}
          </Button>
        </div>
      </Show>
    </li>
  );
};
