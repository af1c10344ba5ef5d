import type { ContrastAsked } from "../state/document";
import { t } from "../texts/texts";

/**
 * Our own drawing of an identity card, not a copy of one, with the asked datum marked: on the DNI both dates stand
 * at the bottom, on the foreigner's card the support number at the top right.
 */
export const CardDrawing = (props: { asked: ContrastAsked }) => {
  const alt = () => t(`app-card-alt-${props.asked}`);
  const caption = () => t(`app-card-caption-${props.asked}`);
  const nie = () => props.asked === "support";
  const mark = () =>
    ({
      validity: { x: 200, y: 128, width: 106, height: 44 },
      issue: { x: 90, y: 128, width: 102, height: 44 },
      support: { x: 184, y: 38, width: 120, height: 44 },
    })[props.asked];
  return (
    <figure class="card-figure">
      <svg class="card-drawing" viewBox="0 0 320 196" role="img" aria-label={alt()}>
        <rect class="card-paper" x="2" y="2" width="316" height="192" rx="14" />
        <path class="card-band" d="M2 16A14 14 0 0 1 16 2H304A14 14 0 0 1 318 16V30H2Z" />
        <text class="card-head" x="16" y="21">
          {nie() ? t("app-card-nie") : t("app-card-dni")}
        </text>
        <rect class="card-photo" x="16" y="44" width="68" height="88" rx="6" />
        <circle class="card-face" cx="50" cy="78" r="15" />
        <path class="card-face" d="M24 132V126A26 26 0 0 1 76 126V132Z" />
        <text class="card-label" x="102" y="54">
          {t("app-card-field-name")}
        </text>
        <rect class="card-line" x="102" y="61" width={nie() ? 64 : 110} height="8" rx="4" />
        <rect class="card-line" x="102" y="77" width={nie() ? 48 : 84} height="8" rx="4" />
        <rect class="card-line" x="102" y="101" width="132" height="8" rx="4" />
        <rect class="card-line" x="16" y="144" width="56" height="8" rx="4" />
        <rect class="card-line" x="16" y="160" width="40" height="8" rx="4" />
        <rect class="card-mark" rx="8" {...mark()} />
        {nie() ? (
          <>
            <text class="card-label" x="194" y="55">
              {t("app-card-field-support")}
            </text>
            <text class="card-value" x="194" y="74">
              E01234567
            </text>
            <rect class="card-line" x="102" y="144" width="72" height="8" rx="4" />
            <rect class="card-line" x="206" y="144" width="72" height="8" rx="4" />
          </>
        ) : (
          <>
            <text class="card-label" x="100" y="145">
              {t("app-card-field-issue")}
            </text>
            <text class="card-value" x="100" y="164">
              17 05 2021
            </text>
            <text class="card-label" x="210" y="145">
              {t("app-card-field-validity")}
            </text>
            <text class="card-value" x="210" y="164">
              {props.asked === "issue" ? "01 01 9999" : "17 05 2031"}
            </text>
          </>
        )}
      </svg>
      <figcaption>{caption()}</figcaption>
    </figure>
  );
};
