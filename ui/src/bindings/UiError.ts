export type UiError = { code: string, tries_left?: number, retry_after?: number, clock_offset?: number, detail?: string };
