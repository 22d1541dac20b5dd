//! The security headers of every reply, in one place, each with its reason.

use axum::http::{HeaderMap, HeaderName, HeaderValue};

/// What a page may do, which is what the widget promises to live with.
///
/// - `default-src 'none'`: nothing that is not named below.
/// - `script-src 'self' 'wasm-unsafe-eval'`: our one script, and the compiling of WebAssembly, which has no other name.
///   No inline script and no `eval`.
/// - `style-src 'self'`: our style sheet; constructed style sheets need no permission, inline styles have none.
/// - `connect-src 'self'`: wasm, study files and the collector, all of this origin. Nothing can be sent elsewhere.
/// - `img-src 'self'`: the icon that browsers ask for by themselves.
/// - `base-uri 'none'`, `form-action 'none'`: injected markup can redirect neither addresses nor forms.
/// - `frame-ancestors 'none'`: no other page can lay itself over ours.
/// - `require-trusted-types-for 'script'`, `trusted-types 'none'`: no string becomes markup or code, whoever tries.
pub const PAGE_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'; trusted-types 'none'";

/// The same for a page that these origins may frame; none, if there are none.
pub fn page_policy(frames: &[String]) -> String {
    match frames {
        [] => PAGE_POLICY.to_owned(),
        _ => PAGE_POLICY.replace("frame-ancestors 'none'", &format!("frame-ancestors {}", frames.join(" "))),
    }
}

/// What a reply of the collector may do if a browser shows it as a page: nothing.
pub const API_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

/// For pages and files. Names in lower case.
const PAGE: [(&str, &str); 5] = [
    ("content-security-policy", PAGE_POLICY),
    // The address holds the study, and for a moment the invitation: neither goes to other sites.
    ("referrer-policy", "no-referrer"),
    // A file is what its type says, never what its content looks like.
    ("x-content-type-options", "nosniff"),
    // A page that opened ours keeps no handle on it.
    ("cross-origin-opener-policy", "same-origin"),
    // A questionnaire needs none of the device's senses, and says so for anything it may come to embed.
    ("permissions-policy", "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"),
];

/// For replies of the collector.
const API: [(&str, &str); 4] = [
    ("content-security-policy", API_POLICY),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
    // A receipt is a copy of the answers: no cache on the way or in the browser keeps it.
    ("cache-control", "no-store"),
];

/// Sets the headers of a page or file.
pub fn page(headers: &mut HeaderMap) {
    set(headers, &PAGE);
}

/// Sets the headers of a reply of the collector.
pub fn api(headers: &mut HeaderMap) {
    set(headers, &API);
}

fn set(headers: &mut HeaderMap, values: &[(&'static str, &'static str)]) {
    for (name, value) in values {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
}
