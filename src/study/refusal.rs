//! Why a collector admits nobody, as a coding in the `OperationOutcome` of its refusal, so that the widget can say it in the
//! reader's language. `docs/collection-endpoint.md` has all the codes; these are those that the widget knows.

/// The code system.
pub const SYSTEM: &str = "https://svar.example/fhir/CodeSystem/refusal";

/// The invitation was taken back.
pub const REVOKED: &str = "revoked";

/// Too many wrong codes were tried lately.
pub const TOO_MANY_CODES: &str = "too-many-codes";
