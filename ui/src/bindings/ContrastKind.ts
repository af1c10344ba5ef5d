export type ContrastKind = "date" | "support_number";
