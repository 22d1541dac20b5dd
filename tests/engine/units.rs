//! What a unit is asked for its figures: the period first, one kind of figures, and none of very few people.

use std::collections::BTreeSet;

use svar::session::Session;

use crate::{forms::give, studies};

fn session(name: &str) -> Session {
    let part = studies::parts().iter().find(|part| part.study == "health-at-work-units" && part.name == name);
    Session::new(part.unwrap_or_else(|| panic!("no form {name}")).form.clone())
}

/// The questions that are seen, by linkId, page by page.
fn pages(session: &Session) -> Vec<Vec<String>> {
    let questions = |page: &svar::questionnaire::ItemId| {
        session.questions(*page).iter().map(|id| session.form().item(*id).link_id.clone()).collect()
    };
    session.pages().iter().map(questions).collect()
}

/// What keeps the form from being sent, by linkId.
fn problems(session: &Session) -> BTreeSet<String> {
    let problems = session.pages().iter().flat_map(|page| session.problems(*page)).collect::<Vec<_>>();
    problems.iter().map(|(id, _)| session.form().item(*id).link_id.clone()).collect()
}

#[test]
fn the_period_is_asked_first_and_nothing_is_sent_without_it() {
    for name in ["time", "absence"] {
        let session = session(name);
        assert_eq!(pages(&session)[0], ["unit-period.year", "unit-period.part"], "{name}");
        let problems = problems(&session);
        assert!(problems.contains("unit-period.year") && problems.contains("unit-period.part"), "{name}: {problems:?}");
    }
}

#[test]
fn a_unit_gives_days_or_percentages_each_for_both_kinds_of_absence() {
    for (measure, expected) in [
        ("", &[][..]),
        ("days", &["agreed-days", "self-certified-days", "doctor-certified-days"]),
        ("percentage", &["self-certified-percentage", "doctor-certified-percentage"]),
    ] {
        let mut session = session("absence");
        give(&mut session, "unit-absence.measure", measure);
        let asked: Vec<String> = pages(&session).into_iter().skip(2).flatten().collect();
        let expected: Vec<String> = expected.iter().map(|name| format!("unit-absence.{name}")).collect();
        assert_eq!(asked, expected, "figures in {measure:?}");
    }
}

/// Absence among four could show who was ill.
#[test]
fn figures_of_fewer_than_five_employees_are_not_taken() {
    for (employees, taken) in [("", false), ("0", false), ("4", false), ("5", true), ("120", true)] {
        let mut session = session("absence");
        for (question, answer) in [
            ("unit-period.year", "2026"),
            ("unit-period.part", "q3"),
            ("unit-absence.employees", employees),
            ("unit-absence.measure", "days"),
        ] {
            give(&mut session, question, answer);
        }
        let expected = if taken { vec![] } else { vec!["unit-absence.employees"] };
        assert_eq!(problems(&session).into_iter().collect::<Vec<_>>(), expected, "{employees:?} employees");
    }
}

#[test]
fn what_else_time_went_to_is_asked_of_those_for_whom_it_did() {
    for (hours, asked) in [("", false), ("0", false), ("0.5", true), ("12", true)] {
        let mut session = session("time");
        give(&mut session, "time-used.other", hours);
        let seen = pages(&session).concat().contains(&"time-used.other-what".to_owned());
        assert_eq!(seen, asked, "{hours:?} hours");
    }
}
