import os
import secrets
from pathlib import Path

from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Flask, redirect, render_template_string, request, session
from joserfc.errors import JoseError

ISSUER = os.environ["ISSUER"]
PORT = int(os.environ["PORT"])
SITE = f"http://127.0.0.1:{PORT}"  # in earnest: https://sede.example.org

app = Flask(__name__)
app.secret_key = secrets.token_bytes(32)
app.config.update(
    SESSION_COOKIE_NAME="ejemplo_python",
    SESSION_COOKIE_SAMESITE="Lax",
    SESSION_COOKIE_SECURE=not SITE.startswith("http://127.0.0.1:"),
)

aldaba = OAuth(app).register(
    "aldaba",
    client_id="ejemplo-python",
    client_secret=Path("client.secret").read_text().strip(),
    server_metadata_url=f"{ISSUER}/.well-known/openid-configuration",
    client_kwargs={
        "scope": "openid profile document",
        "code_challenge_method": "S256",
        "token_endpoint_auth_method": "client_secret_basic",
    },
)

# Flask's own session travels in the cookie: what is known of people stays here.
people = {}

HOME = """
{% if person %}
<h1>Hola, <span id="name">{{ person.name }}</span></h1>
<p>Documento <span id="document">{{ person.document }}</span>, nivel <span id="acr">{{ person.acr }}</span>.</p>
<form method="post" action="/logout"><button>Desconectar</button></form>
{% else %}
<h1>Diputación de Ejemplo</h1><p><a id="signin" href="/login">Identificarse</a></p>
{% endif %}
"""


@app.get("/")
def home():
    return render_template_string(HOME, person=people.get(session.get("id")))


@app.get("/login")
def login():
    return aldaba.authorize_redirect(
        f"{SITE}/callback",
        procedure="tasas",
        acr_values="http://eidas.europa.eu/LoA/low",
        ui_locales="es",
    )


@app.get("/callback")
def callback():
    # RFC 9207: an answer of another issuer is none.
    if request.args.get("iss") != ISSUER:
        raise OAuthError("issuer")
    # Checks state, signature, audience, time and nonce; raises otherwise.
    token = aldaba.authorize_access_token()
    claims = token["userinfo"]
    person = aldaba.userinfo(token=token)
    if person["sub"] != claims["sub"]:
        raise OAuthError("subject")
    # A new session for who has just signed in: nobody can have planted it.
    people.pop(session.get("id"), None)
    session.clear()
    session["id"] = secrets.token_urlsafe(32)
    people[session["id"]] = {
        "name": person["name"],
        "document": person["document"],
        "acr": claims["acr"],
        "id_token": token["id_token"],
    }
    return redirect("/")


@app.post("/logout")
def logout():
    person = people.pop(session.get("id"), None)
    session.clear()
    if person is None:
        return redirect("/")
    return aldaba.logout_redirect(
        post_logout_redirect_uri=f"{SITE}/",
        id_token_hint=person["id_token"],
    )


# What went wrong: the provider's word for it, and never what was sent.
@app.errorhandler(OAuthError)
@app.errorhandler(JoseError)
def refused(error):
    app.logger.warning(error.error)
    cancelled = error.error == "access_denied"
    text = "No se ha identificado" if cancelled else "No hemos podido comprobar la respuesta"
    page = '<h1 id="error">{{ text }}</h1><p><a href="/">Volver</a></p>'
    return render_template_string(page, text=text), 403 if cancelled else 400


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=PORT)
