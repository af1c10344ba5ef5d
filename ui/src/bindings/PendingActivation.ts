export type PendingActivation = { expires_at: number, server_url: string };
