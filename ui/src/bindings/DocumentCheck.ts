import type { DocumentKind } from "./DocumentKind";

export type DocumentCheck = { kind: DocumentKind };
