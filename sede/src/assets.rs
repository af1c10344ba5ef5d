//! The pages' own files, embedded in the program: the style that the provider's pages have too.

use std::sync::LazyLock;

use axum::extract::{Path, RawQuery};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use sha2::{Digest, Sha256};

struct Asset {
    name: &'static str,
    kind: &'static str,
    bytes: &'static [u8],
}

const ASSETS: [Asset; 3] = [
    Asset {
        name: "portal.css",
        kind: "text/css; charset=utf-8",
        bytes: include_bytes!("../../server/assets/portal.css"),
    },
    Asset {
        name: "icon.svg",
        kind: "image/svg+xml",
        bytes: include_bytes!("../../server/assets/icon.svg"),
    },
    Asset {
        name: "atkinson.woff2",
        kind: "font/woff2",
        bytes: include_bytes!("../../server/assets/fonts/atkinson.woff2"),
    },
];

/// Sixteen hex digits of each file's SHA-256, as the style sheet names the font.
static VERSIONS: LazyLock<[String; 3]> =
    LazyLock::new(|| ASSETS.map(|asset| hex::encode(Sha256::digest(asset.bytes)).chars().take(16).collect()));

/// The address of a file, with its digest, so that it may be cached for good.
pub(crate) fn address(name: &str) -> String {
    match ASSETS.iter().zip(VERSIONS.iter()).find(|(asset, _)| asset.name == name) {
        Some((asset, version)) => format!("/assets/{}?v={version}", asset.name),
        None => format!("/assets/{name}"),
    }
}

/// One file. Under another digest than its own it is served all the same, but not to be kept.
pub(crate) async fn serve(Path(name): Path<String>, RawQuery(query): RawQuery) -> Response {
    let Some((asset, version)) = ASSETS.iter().zip(VERSIONS.iter()).find(|(asset, _)| asset.name == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let is_exact = query.is_some_and(|query| query.strip_prefix("v=") == Some(version.as_str()));
    let caching = if is_exact {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let mut response = ([(header::CONTENT_TYPE, asset.kind)], asset.bytes).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
