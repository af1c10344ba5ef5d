export type ServerChoice = { url: string, preset: boolean, is_demo?: boolean };
