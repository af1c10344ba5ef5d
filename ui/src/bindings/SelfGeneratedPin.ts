export type SelfGeneratedPin = { pin: string, valid_until: number, period: number };
