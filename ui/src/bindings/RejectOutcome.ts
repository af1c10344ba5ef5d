export type RejectOutcome = { muted_until?: number };
