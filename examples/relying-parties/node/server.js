import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import express from "express";
import session from "express-session";
import * as oidc from "openid-client";

const { ISSUER, PORT } = process.env;
const site = `http://127.0.0.1:${PORT}`; // in earnest: https://sede.example.org
const onThisMachine = ISSUER.startsWith("http://127.0.0.1:");

const aldaba = await oidc.discovery(
  new URL(ISSUER),
  "ejemplo-node",
  { id_token_signed_response_alg: "ES256" },
  existsSync("client.key.json") ? await signing() : oidc.ClientSecretBasic(read("client.secret").trim()),
  { execute: onThisMachine ? [oidc.allowInsecureRequests] : [] },
);

const app = express();
app.use(session({
  name: "ejemplo_node",
  secret: randomBytes(32).toString("hex"),
  resave: false,
  saveUninitialized: false,
  cookie: { httpOnly: true, sameSite: "lax", secure: !onThisMachine },
}));

app.get("/", (request, response) => {
  const { person } = request.session;
  response.send(person
    ? `<h1>Hola, <span id="name">${escape(person.name)}</span></h1>
       <p>Documento <span id="document">${escape(person.document)}</span>, nivel <span id="acr">${escape(person.acr)}</span>.</p>
       <form method="post" action="/logout"><button>Desconectar</button></form>`
    : `<h1>Ayuntamiento de Ejemplo</h1><p><a id="signin" href="/login">Identificarse</a></p>`);
});

app.get("/login", async (request, response) => {
  const verifier = oidc.randomPKCECodeVerifier();
  const signin = { verifier, state: oidc.randomState(), nonce: oidc.randomNonce() };
  request.session.signin = signin;
  response.redirect(oidc.buildAuthorizationUrl(aldaba, {
    redirect_uri: `${site}/callback`,
    scope: "openid profile document",
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state: signin.state,
    nonce: signin.nonce,
    procedure: "padron",
    acr_values: "http://eidas.europa.eu/LoA/low",
    ui_locales: "es",
  }).href);
});

app.get("/callback", async (request, response) => {
  const { verifier, state, nonce } = request.session.signin ?? {};
  const here = new URL(request.originalUrl, site);
  // Checks state, issuer, signature, audience, time and nonce; throws otherwise.
  const tokens = await oidc.authorizationCodeGrant(aldaba, here, {
    pkceCodeVerifier: verifier,
    expectedState: state,
    expectedNonce: nonce,
    idTokenExpected: true,
  });
  const claims = tokens.claims();
  const person = await oidc.fetchUserInfo(aldaba, tokens.access_token, claims.sub);
  // A new session for who has just signed in: nobody can have planted it.
  request.session.regenerate(() => {
    request.session.person = {
      sub: claims.sub,
      name: person.name,
      document: person.document,
      acr: claims.acr,
    };
    request.session.idToken = tokens.id_token;
    response.redirect("/");
  });
});

app.post("/logout", (request, response) => {
  const { idToken } = request.session;
  request.session.destroy(() => {
    response.redirect(oidc.buildEndSessionUrl(aldaba, {
      id_token_hint: idToken,
      post_logout_redirect_uri: `${site}/`,
    }).href);
  });
});

// What went wrong: the provider's word for it, and never what was sent.
app.use((error, request, response, next) => {
  const cancelled = error.error === "access_denied";
  console.error(error.error ?? error.code ?? error.name);
  response.status(cancelled ? 403 : 400).send(
    `<h1 id="error">${cancelled ? "No se ha identificado" : "No hemos podido comprobar la respuesta"}</h1>
     <p><a href="/">Volver</a></p>`);
});

function read(file) {
  return readFileSync(file, "utf8");
}

// With a key pair of its own, which keys.js made, the site shares no secret with anybody.
async function signing() {
  const jwk = JSON.parse(read("client.key.json"));
  const key = await crypto.subtle.importKey("jwk", jwk, { name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
  return oidc.PrivateKeyJwt({ key, kid: jwk.kid });
}

function escape(text) {
  return String(text).replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}

app.listen(PORT, "127.0.0.1", () => console.log(`ready ${site}`));
