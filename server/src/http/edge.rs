//! What every call passes, on the way in and on the way out: limits, a deadline, a catch for panics, problems written in
//! the caller's language, security headers, figures, and one line of log.
//!
//! The log line names the route's template, never the path: an id in it would tie a line to a person. No header, query
//! or body is ever logged.

use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use aldaba_core::language::Language;
use aldaba_protocol::error::ErrorCode;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};

use super::client::{ClientAddress, Peer};
use super::limits::Kind;
use super::problem::Problem;
use crate::app::App;
use crate::oidc::paths;
use crate::portal::PageRequest;

/// What a handler may take until its answer begins. Open streams are not limited by it.
const DEADLINE: Duration = Duration::from_secs(30);

/// Headers that every answer carries unless its handler set its own.
const HEADERS: [(HeaderName, HeaderValue); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
];

/// The middleware around every route.
pub async fn edge(State(app): State<App>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = method_name(request.method());
    let route = request.extensions().get::<MatchedPath>().cloned();
    let accepted = request.headers().get(header::ACCEPT_LANGUAGE).cloned();
    let address = ClientAddress::find(
        request.extensions().get::<Peer>().map(|peer| peer.0.ip()),
        request.headers(),
        &app.config().trusted_proxies,
    );
    let template = route.as_ref().map_or("none", MatchedPath::as_str);
    let page = PageRequest::of(&request);

    let kind = kind(request.method(), template);
    let admitted = match kind {
        Counted::Always(kind) => app.limits().admit(kind, address.0, app.now()),
        Counted::WhenRefused => app
            .limits()
            .wait(Kind::Refused, address.0, app.now())
            .map_or(Ok(()), Err),
        Counted::Never => Ok(()),
    };
    let mut response = match admitted {
        Ok(()) => answer(request, next).await,
        Err(wait) => {
            app.metrics().rate_limited.increment(1);
            Problem::new(ErrorCode::RateLimited).after(wait).into_response()
        }
    };
    if kind == Counted::WhenRefused && response.status() == StatusCode::UNAUTHORIZED {
        // Nobody has signed that after all.
        let _ = app.limits().admit(Kind::Refused, address.0, app.now());
    }
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        let language = accepted
            .as_ref()
            .and_then(|value| value.to_str().ok())
            .map_or_else(Language::default, Language::negotiate);
        response = page
            .and_then(|page| page.fail(&app, &problem))
            .unwrap_or_else(|| problem.render(app.texts(), language));
    }
    secure(&app, response.headers_mut());

    let latency = started.elapsed();
    let status = response.status().as_u16();
    app.metrics().http(method, template, status, latency);
    tracing::info!(
        method,
        route = template,
        status,
        micros = latency.as_micros(),
        "answered"
    );
    response
}

async fn answer(request: Request, next: Next) -> Response {
    let handled = AssertUnwindSafe(next.run(request)).catch_unwind();
    match tokio::time::timeout(DEADLINE, handled).await {
        Ok(Ok(response)) => response,
        Ok(Err(_)) => {
            // What the panic says may hold what was sent, so it is not repeated here.
            tracing::error!("a handler panicked");
            Problem::new(ErrorCode::Internal).into_response()
        }
        Err(_) => Problem::new(ErrorCode::Timeout).into_response(),
    }
}

/// Whether a call counts against its address.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Counted {
    /// Nobody signs it.
    Always(Kind),
    /// A device signs it: it counts when that turns out not to be so. Many devices may stand behind one address.
    WhenRefused,
    /// Health checks must always be answered, and cost next to nothing.
    Never,
}

fn kind(method: &Method, template: &str) -> Counted {
    match template {
        "/v1/activations" | "/v1/activations/{id}/resend" => Counted::Always(Kind::Start),
        // Each writes what a site asks for, before anybody has said who they are.
        paths::AUTHORIZE => Counted::Always(Kind::Arrival),
        "/signin"
        | "/signin/sms"
        | "/signin/key"
        | "/signin/pin/sms"
        | "/signin/bound"
        | "/signin/qr"
        | "/signin/password"
        | "/signin/certificate"
        | "/password/create"
        | "/password/recover"
        | "/password/change"
        | "/password/cancel"
            if method == Method::POST =>
        {
            Counted::Always(Kind::Start)
        }
        "/healthz" | "/readyz" => Counted::Never,
        "/signin/qr/now" => Counted::Always(Kind::Look),
        signed if signed.starts_with("/v1/device") || signed.starts_with("/v1/requests") => Counted::WhenRefused,
        // A site proves who it is, or holds a token; all of its people's sign-ins come from its one address.
        paths::TOKEN | paths::PAR | paths::USERINFO => Counted::WhenRefused,
        _ => Counted::Always(Kind::Call),
    }
}

fn secure(app: &App, headers: &mut HeaderMap) {
    for (name, value) in &HEADERS {
        if !headers.contains_key(name) {
            headers.insert(name, value.clone());
        }
    }
    if app.config().public_url.is_secure() {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=63072000; includeSubDomains"),
        );
    }
}

fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        _ => "other",
    }
}
