export type DocumentKind = "dni" | "nie" | "nif";
