//! QRs: the code of a request (the eight characters alone, in capitals and digits, which makes the smallest), the link of a
//! page's challenge, the text that changes every second.

use std::fmt::Write;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use qrcode::{Color, EcLevel, QrCode};

use crate::app::App;
use crate::portal::{Failure, Page, Reply, Visitor};
use crate::requests::{self, ViewError};

/// Light modules that a reader needs around the code (ISO/IEC 18004: four).
const QUIET: usize = 4;

/// A text as an SVG image, dark on light whatever the colours of the page, named by `label` for who cannot see it.
/// None: it does not fit a QR, which ours always do.
pub(super) fn draw(text: &str, label: &str) -> Option<String> {
    let qr = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let width = qr.width();
    let mut path = String::new();
    for (y, row) in qr.to_colors().chunks(width).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|left, right| left == right) {
            if run.first() == Some(&Color::Dark) {
                write!(path, "M{} {}h{}v1h-{}z", x + QUIET, y + QUIET, run.len(), run.len()).ok()?;
            }
            x += run.len();
        }
    }
    let size = width + 2 * QUIET;
    let label = askama::filters::escape(label, askama::filters::Html).ok()?.to_string();
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {size} {size}\" role=\"img\" aria-label=\"{label}\" \
         shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h{size}v{size}H0z\"/><path fill=\"#000\" d=\"{path}\"/></svg>"
    ))
}

/// `GET /signin/qr.svg`: the code of the last request of this browser.
pub(super) async fn show(State(app): State<App>, visitor: Visitor) -> Response {
    let Some(id) = visitor.request else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match requests::view(&app, &id, &visitor.browser).await {
        Ok(request) => {
            let page = Page::new(&app, &visitor, "/signin/pin");
            match draw(request.code.canonical(), &page.t("pin-missing-qr-alt")) {
                Some(image) => Reply::new(&app, &visitor).svg(image),
                None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            }
        }
        Err(ViewError::Unknown | ViewError::Mismatch) => StatusCode::NOT_FOUND.into_response(),
        Err(ViewError::Store(error)) => Failure::from(error).status().into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_makes_the_smallest_qr() {
        let image = draw("0123WXYZ", "un \"dibujo\" <b>").unwrap();
        assert!(image.contains("viewBox=\"0 0 29 29\""), "version 1 is 21 modules wide");
        assert!(!image.contains("<b>"));
        assert_eq!(image.matches("<path").count(), 2);
    }
}
