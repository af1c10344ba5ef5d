import type { RequestCard } from "./RequestCard";
import type { UiError } from "./UiError";

export type RequestsView = { requests: Array<RequestCard>, online: boolean, error?: UiError };
