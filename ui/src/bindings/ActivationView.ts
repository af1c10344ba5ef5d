export type ActivationView = { expires_at: number, server_time_offset_ms: number };
