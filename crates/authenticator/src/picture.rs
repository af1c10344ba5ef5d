//! A QR in a picture: a photograph, or what was copied from the screen.
//!
//! A picture comes from anywhere, so its size is bounded before it is opened.

use std::io::Cursor;

use aldaba_protocol::error::ErrorCode;
use image::{ImageReader, Limits};

use crate::error::{Error, Result};

/// The largest file that is read.
pub const LARGEST_FILE: usize = 16 * 1024 * 1024;
/// The longest side of a picture, in pixels; a phone's camera makes some 4,000.
const LONGEST_SIDE: u32 = 10_000;
/// What opening one may take of memory.
const MOST_MEMORY: u64 = 256 * 1024 * 1024;

/// The text of the first QR in a PNG or JPEG.
///
/// # Errors
/// `qr_unreadable`.
pub fn read_file(bytes: &[u8]) -> Result<String> {
    if bytes.len() > LARGEST_FILE {
        return Err(unreadable("size"));
    }
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|_| unreadable("format"))?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let grey = reader.decode().map_err(|_| unreadable("format"))?.into_luma8();
    let (width, height) = grey.dimensions();
    find(width, height, &grey)
}

/// The text of the first QR among pixels of red, green, blue and opacity, as clipboards give them.
///
/// # Errors
/// `qr_unreadable`.
pub fn read_pixels(width: usize, height: usize, pixels: &[u8]) -> Result<String> {
    let sides = (u32::try_from(width), u32::try_from(height));
    let (Ok(width @ 1..=LONGEST_SIDE), Ok(height @ 1..=LONGEST_SIDE)) = sides else {
        return Err(unreadable("size"));
    };
    // Luma of BT.709, on white where it is transparent.
    let grey: Vec<u8> = pixels
        .chunks_exact(4)
        .map(|pixel| match *pixel {
            [red, green, blue, opacity] => {
                let luma = (u32::from(red) * 2126 + u32::from(green) * 7152 + u32::from(blue) * 722) / 10_000;
                let opacity = u32::from(opacity);
                u8::try_from((luma * opacity + 255 * (255 - opacity)) / 255).unwrap_or(u8::MAX)
            }
            _ => u8::MAX,
        })
        .collect();
    find(width, height, &grey)
}

fn find(width: u32, height: u32, grey: &[u8]) -> Result<String> {
    let (width, height) = (width as usize, height as usize);
    if grey.len() != width.saturating_mul(height) {
        return Err(unreadable("size"));
    }
    let at = |x: usize, y: usize| grey.get(y * width + x).copied().unwrap_or(u8::MAX);
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width, height, at);
    prepared
        .detect_grids()
        .iter()
        .find_map(|grid| grid.decode().ok())
        .map(|(_, text)| text)
        .ok_or(unreadable("none"))
}

fn unreadable(why: &str) -> Error {
    Error::with_detail(ErrorCode::QrUnreadable, why)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pixels of a QR, `scale` a module, with its quiet zone.
    fn drawn(text: &str, scale: usize) -> (usize, Vec<u8>) {
        let code = qrcode::QrCode::with_error_correction_level(text, qrcode::EcLevel::M).unwrap();
        let (modules, colours) = (code.width(), code.to_colors());
        let side = (modules + 8) * scale;
        let grey = (0..side * side)
            .map(|pixel| {
                let (x, y) = (pixel % side / scale, pixel / side / scale);
                let inside = (4..modules + 4).contains(&x) && (4..modules + 4).contains(&y);
                let dark = inside && colours[(y - 4) * modules + x - 4] == qrcode::Color::Dark;
                if dark { 0 } else { 255 }
            })
            .collect();
        (side, grey)
    }

    fn png(side: usize, grey: &[u8]) -> Vec<u8> {
        let side = u32::try_from(side).unwrap();
        let picture = image::GrayImage::from_raw(side, side, grey.to_vec()).unwrap();
        let mut bytes = Vec::new();
        picture
            .write_to(&mut Cursor::new(&mut bytes), image::ImageFormat::Png)
            .unwrap();
        bytes
    }

    // REQ-QR-08
    #[test]
    fn a_picture_gives_its_text() {
        let fresh = format!("ALDABA1:{}", "0A".repeat(40));
        for text in ["7K2M9QXT", "aldaba://bound?c=7K2M9QXT", &fresh] {
            let (side, grey) = drawn(text, 5);
            assert_eq!(read_file(&png(side, &grey)).unwrap(), text);
            let pixels: Vec<u8> = grey.iter().flat_map(|grey| [*grey, *grey, *grey, 255]).collect();
            assert_eq!(read_pixels(side, side, &pixels).unwrap(), text);
        }
    }

    #[test]
    fn what_is_no_picture_or_has_no_qr_is_refused() {
        let (side, _) = drawn("7K2M9QXT", 4);
        let blank = png(side, &vec![255; side * side]);
        let why = |bytes: &[u8]| read_file(bytes).unwrap_err().detail.unwrap();
        assert_eq!(why(&blank), "none");
        assert_eq!(why(b""), "format");
        assert_eq!(why(b"\x89PNG\r\n\x1a\n broken"), "format");
        assert_eq!(why(&vec![0; LARGEST_FILE + 1]), "size");
        assert!(read_pixels(100_000, 1, &[]).is_err());
        assert!(read_pixels(2, 2, &[0; 15]).is_err());
    }
}
