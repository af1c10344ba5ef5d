export type RelyingPartyView = { id: string, name: string, domain: string };
