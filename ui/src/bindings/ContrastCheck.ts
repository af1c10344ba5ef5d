import type { ContrastKind } from "./ContrastKind";

export type ContrastCheck = { kind: ContrastKind, normalized: string };
