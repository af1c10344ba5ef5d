//! A request of every route that a stranger reaches, as a good client would write it.

use aldaba_tests::forms::attribute;
use aldaba_tests::server::DemoServer;
use anyhow::{Context as _, Result};

/// One request, in its parts.
#[derive(Clone)]
pub struct Template {
    pub method: String,
    /// With its query.
    pub path: Vec<u8>,
    /// Beside Host, Connection and Content-Length.
    pub headers: Vec<(&'static str, Vec<u8>)>,
    pub body: Vec<u8>,
}

impl Template {
    /// As it goes over the wire; the length of the body is right, unless one of `more` says otherwise.
    pub fn write(&self, more: &[&str]) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend_from_slice(self.method.as_bytes());
        bytes.push(b' ');
        bytes.extend_from_slice(&self.path);
        bytes.extend_from_slice(b" HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n");
        for (name, value) in &self.headers {
            bytes.extend_from_slice(name.as_bytes());
            bytes.extend_from_slice(b": ");
            bytes.extend_from_slice(value);
            bytes.extend_from_slice(b"\r\n");
        }
        for line in more {
            bytes.extend_from_slice(line.as_bytes());
            bytes.extend_from_slice(b"\r\n");
        }
        let says_itself = |line: &&str| line.starts_with("Content-Length") || line.starts_with("Transfer-Encoding");
        if !self.body.is_empty() && !more.iter().any(says_itself) {
            bytes.extend_from_slice(format!("Content-Length: {}\r\n", self.body.len()).as_bytes());
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

const ID: &str = "00112233445566778899aabbccddeeff";
const KEY: &str = "BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// All of them, with the cookies and the token of a browser that has been here.
pub async fn all(server: &DemoServer) -> Result<Vec<Template>> {
    let (cookie, csrf) = visit(server).await?;
    let asks = "site=demo-sede&procedure=padron";
    let document = "document=12345678Z&contrast=17%2F05%2F2031";
    let mut all: Vec<Template> = [
        "/",
        "/healthz",
        "/readyz",
        "/openapi.json",
        "/assets/portal.css",
        "/v1/time",
        "/v1/device",
        "/v1/device/requests",
        "/v1/device/events",
        "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server",
        "/oidc/jwks",
        "/oidc/userinfo",
        "/oidc/continue?site=demo-sede",
        "/oidc/logout/confirmed?client_id=demo-sede",
        "/signin/pin",
        "/signin/qr.svg",
        "/signin/qr/page",
        "/signin/qr/now.svg",
        "/signin/certificate/return?ticket=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "/open/request",
        "/password/new",
        "/password/done?what=set",
        "/account",
        "/account/renounce",
        "/account/renounced",
        "/demo/citizens",
        "/demo/messages",
        "/demo/robots",
        "/demo/sede",
    ]
    .iter()
    .map(|path| get(path, &cookie))
    .collect();
    for page in [
        "signin",
        "signin/sms",
        "signin/key",
        "signin/bound",
        "signin/qr",
        "signin/certificate",
        "signin/password",
    ] {
        all.push(get(&format!("/{page}?{asks}&lang=es"), &cookie));
    }
    let authorize = format!(
        "response_type=code&client_id=demo-sede&redirect_uri=http%3A%2F%2F127.0.0.1%3A1%2Fcallback&scope=openid%20profile\
         &state=s&nonce=n&code_challenge={CHALLENGE}&code_challenge_method=S256&prompt=login&max_age=60&ui_locales=es%20en\
         &acr_values=http%3A%2F%2Feidas.europa.eu%2FLoA%2Fsubstantial\
         &claims=%7B%22id_token%22%3A%7B%22acr%22%3A%7B%22essential%22%3Atrue%7D%7D%7D"
    );
    all.push(get(&format!("/oidc/authorize?{authorize}"), &cookie));
    all.push(get(
        "/oidc/logout?id_token_hint=eyJhbGciOiJFUzI1NiJ9.e30.AAAA&post_logout_redirect_uri=http%3A%2F%2F127.0.0.1%3A1%2F",
        &cookie,
    ));
    let form = format!("csrf={csrf}&{asks}");
    for (path, fields) in [
        ("/signin", format!("{form}&{document}&method=incoming&own_key=&own_key_again=")),
        ("/signin/sms", format!("{form}&{document}")),
        ("/signin/key", format!("{form}&{document}&own_key=ab12&own_key_again=ab12")),
        ("/signin/bound", format!("{form}&{document}")),
        ("/signin/qr", form.clone()),
        ("/signin/qr/now", form.clone()),
        ("/signin/qr/page", format!("{form}&request={ID}")),
        ("/signin/pin", format!("{form}&request={ID}&method=incoming&pin=123456&own_key=")),
        ("/signin/pin/sms", format!("{form}&request={ID}")),
        ("/signin/certificate", form.clone()),
        ("/signin/password", format!("{form}&{document}&password=tortuga+grapadora&step=none")),
        ("/signin/password/code", format!("{form}&request={ID}&code=123456")),
        ("/password/create", format!("{form}&{document}")),
        ("/password/recover", format!("{form}&{document}")),
        (
            "/password/new",
            format!("{form}&code=7K2M-9QXT&new_password=tortuga+grapadora&new_password_again=tortuga+grapadora"),
        ),
        (
            "/password/change",
            format!("{form}&{document}&password=a&new_password=tortuga+violeta&new_password_again=tortuga+violeta"),
        ),
        ("/password/cancel", format!("{form}&{document}&password=a")),
        ("/account/sessions", format!("{form}&session={ID}{ID}")),
        ("/account/methods", format!("{form}&position_incoming=1&on_sms=on")),
        ("/account/renounce", form.clone()),
        ("/oidc/consent", format!("{form}&claims=name&session={ID}&decision=yes")),
        ("/oidc/as-i-am", format!("{form}&as_i_am={ID}")),
        ("/oidc/cancel", form.clone()),
        ("/oidc/logout", "client_id=demo-sede&logout_hint=x".to_owned()),
        ("/signout", form.clone()),
        ("/demo/robots", "document=99999999R&code=7K2M-9QXT&phrase=faro+azul".to_owned()),
        ("/oidc/par", authorize.clone()),
        (
            "/oidc/token",
            format!(
                "grant_type=authorization_code&code={CHALLENGE}&redirect_uri=http%3A%2F%2F127.0.0.1%3A1%2Fcallback\
                 &code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
            ),
        ),
        (
            "/oidc/token",
            "grant_type=authorization_code&code=x&client_id=demo-sede&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3A\
             client-assertion-type%3Ajwt-bearer&client_assertion=eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJ4In0.AAAA"
                .to_owned(),
        ),
    ] {
        let mut post = with_body(path, &cookie, "application/x-www-form-urlencoded", &fields);
        if path.starts_with("/oidc/par") || (path == "/oidc/token" && !fields.contains("assertion")) {
            post.headers.push(("Authorization", b"Basic ZGVtby1zZWRlOnNlY3JldA==".to_vec()));
        }
        all.push(post);
    }
    let start = format!(
        r#"{{"document":"12345678Z","contrast":"2031-05-17","device":{{"name":"Portátil","platform":"linux"}},"language":"es","signing_key":"{KEY}","agreement_key":"{KEY}"}}"#
    );
    for (path, body) in [
        ("/v1/activations".to_owned(), start.as_str()),
        (format!("/v1/activations/{ID}/confirm"), r#"{"signature":"AAAA"}"#),
        (format!("/v1/activations/{ID}/resend"), "{}"),
        ("/v1/requests/lookup".to_owned(), r#"{"code":"7K2M-9QXT"}"#),
        ("/v1/requests/scan".to_owned(), r#"{"qr":"aldaba://qr?c=AAAA"}"#),
        (
            format!("/v1/requests/{ID}/reveal"),
            r#"{"counter":1,"user_verified":true}"#,
        ),
        (
            format!("/v1/requests/{ID}/approve"),
            r#"{"counter":1,"phrase":"faro azul"}"#,
        ),
        (
            format!("/v1/requests/{ID}/reject"),
            r#"{"counter":1,"reason":"not_me"}"#,
        ),
    ] {
        let mut call = with_body(&path, "", "application/json", body);
        if !path.starts_with("/v1/activations") {
            for (name, value) in [
                (
                    "Content-Digest",
                    "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:",
                ),
                (
                    "Signature-Input",
                    "sig=(\"@method\" \"@authority\" \"@path\" \"content-digest\");created=1800000000;nonce=\"AAAA\";\
                     keyid=\"00112233445566778899aabbccddeeff\";alg=\"ecdsa-p256-sha256\"",
                ),
                (
                    "Signature",
                    "sig=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA:",
                ),
            ] {
                call.headers.push((name, value.as_bytes().to_vec()));
            }
        }
        all.push(call);
    }
    Ok(all)
}

/// The cookies and the CSRF token of a browser that has seen a form.
async fn visit(server: &DemoServer) -> Result<(String, String)> {
    let http = reqwest::Client::builder().build()?;
    let answer = http
        .get(format!("{}/signin?site=demo-sede", server.url()))
        .send()
        .await?;
    let cookies: Vec<String> = answer
        .headers()
        .get_all("set-cookie")
        .iter()
        .filter_map(|cookie| Some(cookie.to_str().ok()?.split(';').next()?.to_owned()))
        .collect();
    let page = answer.text().await?;
    let csrf = attribute(&page, "name=\"csrf\"", "value").context("no CSRF token")?;
    Ok((cookies.join("; "), csrf))
}

fn get(path: &str, cookie: &str) -> Template {
    Template {
        method: "GET".to_owned(),
        path: path.as_bytes().to_vec(),
        headers: headers(cookie),
        body: Vec::new(),
    }
}

fn with_body(path: &str, cookie: &str, kind: &str, body: &str) -> Template {
    let mut headers = headers(cookie);
    headers.push(("Content-Type", kind.as_bytes().to_vec()));
    Template {
        method: "POST".to_owned(),
        path: path.as_bytes().to_vec(),
        headers,
        body: body.as_bytes().to_vec(),
    }
}

fn headers(cookie: &str) -> Vec<(&'static str, Vec<u8>)> {
    let mut headers = vec![
        ("User-Agent", b"Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0".to_vec()),
        ("Accept", b"text/html,application/json;q=0.9".to_vec()),
        ("Accept-Language", b"es-ES,es;q=0.9,en;q=0.5".to_vec()),
    ];
    if !cookie.is_empty() {
        headers.push(("Cookie", cookie.as_bytes().to_vec()));
    }
    headers
}
