export type Level = "low" | "substantial" | "high";
