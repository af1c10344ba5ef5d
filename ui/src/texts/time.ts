import { language, t } from "./texts";

/** Remaining life in words for the eye: "Quedan 4 min 12 s". */
export function timeLeft(seconds: number): string {
  if (seconds <= 0) return t("app-time-over");
  if (seconds < 60) return t("app-time-left-sec", { seconds });
  return t("app-time-left-min-sec", { minutes: Math.floor(seconds / 60), seconds: seconds % 60 });
}

/** "Hace 3 minutos". Both in unix milliseconds. */
export function ago(then: number, now: number): string {
  const minutes = Math.floor((now - then) / 60_000);
  return minutes < 1 ? t("app-ago-now") : t("app-ago-minutes", { minutes });
}

/** A date and time of day, in unix milliseconds, by the device's time zone. */
export function dateAndTime(at: number): string {
  // English as it is written in Europe: day first, 24 hours.
  const locale = language() === "en" ? "en-GB" : language();
  const date = new Intl.DateTimeFormat(locale, { dateStyle: "long" }).format(at);
  const time = new Intl.DateTimeFormat(locale, { timeStyle: "short" }).format(at);
  return t("app-date-time", { date, time });
}

/** A length of time in its largest whole unit, for people: "4 minutos". */
export function duration(seconds: number): string {
  if (seconds < 90) return t("app-duration-seconds", { seconds });
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return t("app-duration-minutes", { minutes });
  const hours = Math.round(seconds / 3600);
  if (hours < 36) return t("app-duration-hours", { hours });
  return t("app-duration-days", { days: Math.round(seconds / 86_400) });
}
