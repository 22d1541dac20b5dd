//! A plan of what goes wrong between a sender and the collector: connections that end without a reply, replies that are
//! somebody else's, the same request twice. For tests, ours and those of whoever writes an endpoint or a client.
//!
//! Everything happens on real sockets, under [`super::http::serve`]. A plan is a list of entries; of those that fit a
//! request, the first one acts. Once the sender's bytes are here they are dealt with, whether or not the sender waits.

mod act;
mod fault;
mod random;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

pub(super) use act::inject;
pub use fault::{Entry, Fault, Hold, Said};
use random::Random;

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FaultsError {
    /// The file cannot be read.
    #[error("{}: expected a plan of faults, found: {source}", file.display())]
    Read {
        /// Which.
        file: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// It is no plan.
    #[error("{}: expected a list of faults, found: {source}", file.display())]
    Plan {
        /// Which.
        file: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

#[derive(Debug, Default)]
struct Plan {
    /// Each with the number of requests that fitted so far.
    entries: Vec<(Entry, u64)>,
    random: Option<Random>,
    /// The names of the faults that acted.
    acted: Vec<&'static str>,
}

/// A plan of faults. Its clones are the same plan, so that a test can change it while the collector runs.
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<Mutex<Plan>>);

impl Faults {
    /// A plan in which nothing goes wrong yet.
    pub fn new() -> Faults {
        Faults::default()
    }

    /// These entries.
    pub fn of(entries: impl IntoIterator<Item = Entry>) -> Faults {
        let faults = Faults::new();
        entries.into_iter().for_each(|entry| faults.add(entry));
        faults
    }

    /// An endless stream of faults that a sender gets over: every other submission meets one. The same seed gives the same
    /// faults in the same order.
    pub fn random(seed: u64) -> Faults {
        Faults::random_at(seed, 500)
    }

    /// The same, for so many submissions in a thousand.
    pub fn random_at(seed: u64, per_mille: u32) -> Faults {
        let plan = Plan { random: Some(Random::new(seed, per_mille)), ..Plan::default() };
        Faults(Arc::new(Mutex::new(plan)))
    }

    /// Reads a plan: a JSON list of entries, such as
    /// `[{"method": "POST", "path": "/fhir", "nth": 2, "count": 3, "fault": {"delay": {"ms": 500}}}]`.
    ///
    /// # Errors
    /// Why it is none.
    pub fn read(file: &Path) -> Result<Faults, FaultsError> {
        let text =
            std::fs::read_to_string(file).map_err(|source| FaultsError::Read { file: file.to_owned(), source })?;
        let entries: Vec<Entry> =
            serde_json::from_str(&text).map_err(|source| FaultsError::Plan { file: file.to_owned(), source })?;
        Ok(Faults::of(entries))
    }

    /// One entry more, after the others.
    pub fn add(&self, entry: Entry) {
        self.plan().entries.push((entry, 0));
    }

    /// From now on faults come by chance, as [`Faults::random_at`] has them.
    pub fn rage(&self, seed: u64, per_mille: u32) {
        self.plan().random = Some(Random::new(seed, per_mille));
    }

    /// From now on nothing goes wrong.
    pub fn clear(&self) {
        let mut plan = self.plan();
        plan.entries.clear();
        plan.random = None;
    }

    /// The faults that acted so far, by name, in their order.
    pub fn acted(&self) -> Vec<&'static str> {
        self.plan().acted.clone()
    }

    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What goes wrong with this request.
    fn next(&self, method: &str, path: &str) -> Option<Fault> {
        let mut plan = self.plan();
        let mut found = None;
        for (entry, seen) in plan.entries.iter_mut().filter(|(entry, _)| entry.fits(method, path)) {
            *seen = seen.saturating_add(1);
            let acts = *seen >= entry.nth && *seen < entry.nth.saturating_add(entry.count);
            if acts && found.is_none() {
                found = Some(entry.fault.clone());
            }
        }
        let found = found.or_else(|| plan.random.as_mut()?.next(method, path));
        plan.acted.extend(found.as_ref().map(Fault::name));
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(json: &str) -> Faults {
        Faults::of(serde_json::from_str::<Vec<Entry>>(json).unwrap())
    }

    #[test]
    fn a_plan_says_which_requests_it_means() {
        let faults = plan(
            r#"[{"method": "POST", "path": "/fhir", "nth": 2, "count": 2, "fault": {"delay": {"ms": 5}}},
                {"path": "/contact", "fault": "drop-before"}]"#,
        );
        let asked = [
            ("POST", "/fhir/QuestionnaireResponse", None),
            ("GET", "/fhir/metadata", None),
            ("POST", "/fhir/QuestionnaireResponse", Some("delay")),
            ("OPTIONS", "/contact/QuestionnaireResponse", None),
            ("POST", "/contact/QuestionnaireResponse", Some("drop-before")),
            ("POST", "/contact/QuestionnaireResponse", None),
            ("POST", "/fhir/QuestionnaireResponse", Some("delay")),
            ("POST", "/fhir/QuestionnaireResponse", None),
        ];
        for (place, (method, path, expected)) in asked.into_iter().enumerate() {
            assert_eq!(faults.next(method, path).map(|fault| fault.name()), expected, "request {place}");
        }
        assert_eq!(faults.acted(), ["delay", "drop-before", "delay"]);
    }

    #[test]
    fn every_fault_that_a_file_can_name_is_read() {
        let said = r#"{"status": 503, "body": "busy", "headers": {"retry-after": "2"}}"#;
        let faults = [
            r#""drop-before""#,
            r#""drop-after""#,
            r#"{"delay": {"ms": 5}}"#,
            r#""duplicate""#,
            r#"{"truncate": {"bytes": 7}}"#,
            &format!(r#"{{"status": {said}}}"#),
            &format!(r#"{{"status-after": {said}}}"#),
            r#""portal""#,
            r#""portal-after""#,
            r#"{"slow-loris": {"ms_per_byte": 3}}"#,
            r#"{"redirect": {"to": "https://elsewhere.example/"}}"#,
        ];
        for fault in faults {
            let read: Fault = serde_json::from_str(fault).unwrap();
            assert!(fault.contains(&format!("\"{}\"", read.name())), "{fault}");
        }
        for fault in [r#""hold""#, r#"{"delay": {"ms": 5, "s": 1}}"#, r#""reorder""#] {
            assert!(serde_json::from_str::<Fault>(fault).is_err(), "{fault}");
        }
    }

    #[test]
    fn a_seed_gives_the_same_faults_again_and_many_kinds() {
        let asked = |seed| {
            let faults = Faults::random(seed);
            (0..400).for_each(|_| drop(faults.next("POST", "/fhir/QuestionnaireResponse")));
            assert!(faults.next("GET", "/svar.js").is_none());
            faults.acted()
        };
        assert_eq!(asked(7), asked(7));
        assert_ne!(asked(7), asked(8));
        let acted = asked(7);
        assert!((150..250).contains(&acted.len()), "{}", acted.len());
        let kinds: std::collections::BTreeSet<_> = acted.into_iter().collect();
        assert!(kinds.len() >= 9, "{kinds:?}");
    }
}
