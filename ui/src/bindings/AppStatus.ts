import type { AppState } from "./AppState";
import type { DeviceSummary } from "./DeviceSummary";
import type { PendingActivation } from "./PendingActivation";
import type { ServerChoice } from "./ServerChoice";

export type AppStatus = { state: AppState, device?: DeviceSummary, server: ServerChoice, language: string | null, version: string, platform: string, activation?: PendingActivation };
