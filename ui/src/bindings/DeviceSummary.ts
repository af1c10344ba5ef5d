import type { Level } from "./Level";

export type DeviceSummary = { name: string, platform: string, level: Level, activated_at: number, server_url: string };
