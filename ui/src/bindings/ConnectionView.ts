export type ConnectionView = { online: boolean };
