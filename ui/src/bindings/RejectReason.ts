export type RejectReason = "not_me" | "changed_mind";
