//! The QR code of a link, for the notice board.

use qrcode::{EcLevel, QrCode, render::svg, types::QrError};

/// As SVG, with the quiet zone around it that readers need.
///
/// # Errors
/// If the link is too long.
pub(super) fn svg(link: &str) -> Result<String, QrError> {
    // A sheet on a wall gets torn and greasy: M still reads with 15 % of it gone.
    let code = QrCode::with_error_correction_level(link, EcLevel::M)?;
    Ok(code.render::<svg::Color<'_>>().min_dimensions(480, 480).build())
}
