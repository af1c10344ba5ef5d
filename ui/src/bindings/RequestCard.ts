import type { RelyingPartyView } from "./RelyingPartyView";

export type RequestCard = { id: string, relying_party: RelyingPartyView, procedure: string, browser: string, system: string, place?: string, phrase: string, state: "pending" | "revealed", revealed_here: boolean, created_at: number, expires_at: number, pin_expires_at?: number, pin?: string };
