//! Why a collector admits nobody, as a coding in the `OperationOutcome` of its refusal
//! (`docs/collection-endpoint.md`): so that the widget can say it in the reader's language.

/// The code system.
pub const SYSTEM: &str = "https://svar.example/fhir/refusal";

/// The invitation was taken back.
pub const REVOKED: &str = "revoked";

/// It was not issued here, or was altered.
pub const FORGED: &str = "forged";

/// Its time has not come.
pub const NOT_YET: &str = "not-yet";

/// Its time is over.
pub const EXPIRED: &str = "expired";

/// A typed code that is nobody's.
pub const UNKNOWN_CODE: &str = "unknown-code";

/// Too many wrong codes were tried lately.
pub const TOO_MANY_CODES: &str = "too-many-codes";
