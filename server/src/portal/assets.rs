//! The pages' own files, embedded in the program.

use std::sync::LazyLock;

use aldaba_protocol::error::ErrorCode;
use axum::extract::{Path, RawQuery};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use sha2::{Digest, Sha256};

use crate::http::problem::Problem;

struct Asset {
    name: &'static str,
    kind: &'static str,
    bytes: &'static [u8],
}

const ASSETS: [Asset; 4] = [
    Asset {
        name: "portal.css",
        kind: "text/css; charset=utf-8",
        bytes: include_bytes!("../../assets/portal.css"),
    },
    Asset {
        name: "portal.js",
        kind: "text/javascript; charset=utf-8",
        bytes: include_bytes!("../../assets/portal.js"),
    },
    Asset {
        name: "icon.svg",
        kind: "image/svg+xml",
        bytes: include_bytes!("../../assets/icon.svg"),
    },
    Asset {
        name: "atkinson.woff2",
        kind: "font/woff2",
        bytes: include_bytes!("../../assets/fonts/atkinson.woff2"),
    },
];

/// Sixteen hex digits of each file's SHA-256, in the order of `ASSETS`: also what `npm run build:portal` writes for the font.
static VERSIONS: LazyLock<[String; 4]> =
    LazyLock::new(|| ASSETS.map(|asset| hex::encode(Sha256::digest(asset.bytes)).chars().take(16).collect()));

/// The address of a file, with its digest, so that it may be cached for good.
pub(super) fn address(name: &str) -> String {
    match ASSETS.iter().zip(VERSIONS.iter()).find(|(asset, _)| asset.name == name) {
        Some((asset, version)) => format!("/assets/{}?v={version}", asset.name),
        None => format!("/assets/{name}"),
    }
}

/// One file. Under another digest than its own it is served all the same, but not to be kept.
pub(super) async fn serve(Path(name): Path<String>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let Some((asset, version)) = ASSETS.iter().zip(VERSIONS.iter()).find(|(asset, _)| asset.name == name) else {
        return Problem::new(ErrorCode::NotFound).into_response();
    };
    let tag = format!("\"{version}\"");
    let is_exact = query.is_some_and(|query| query.strip_prefix("v=") == Some(version.as_str()));
    let caching = if is_exact {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let mut response = if known.is_some_and(|known| known.split(',').any(|one| one.trim() == tag)) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, asset.kind)], asset.bytes).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stylesheet_names_the_font_by_its_digest() {
        let css = include_str!("../../assets/portal.css");
        assert!(
            css.contains(&address("atkinson.woff2")),
            "run `npm run build:portal` in ui/"
        );
    }
}
