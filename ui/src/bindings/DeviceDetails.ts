import type { Level } from "./Level";

export type DeviceDetails = { name: string, platform: string, level: Level, activated_at: number, server_url: string, other_devices?: number, online: boolean };
