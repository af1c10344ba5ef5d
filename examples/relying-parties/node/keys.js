// Makes a key pair: the private half stays here, the public half is printed, to be registered.
import { writeFileSync } from "node:fs";

const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
const kid = crypto.randomUUID();
const { kty, crv, x, y, d } = await crypto.subtle.exportKey("jwk", pair.privateKey);
writeFileSync("client.key.json", JSON.stringify({ kty, crv, x, y, d, kid }), { mode: 0o600 });
console.log(JSON.stringify({ keys: [{ kty, crv, x, y, kid, alg: "ES256", use: "sig" }] }));
