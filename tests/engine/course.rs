//! The order of things for one respondent.

use svar::study::{ContactForm, Course, Step, Study};

use crate::studies;

/// The course of the first wave, as changed, from the welcome to its end.
fn check(change: impl Fn(&mut Study), expected: &[Step]) {
    let mut study = studies::manifests().into_iter().find(|study| study.id == "health-at-work").unwrap();
    change(&mut study);
    let course = Course::of(&study.waves[0]);
    let mut step = Step::Welcome;
    for wanted in expected {
        step = course.next(step);
        assert_eq!(step, *wanted);
    }
    assert_eq!(course.next(step), step, "an end has nothing after it");
}

#[test]
fn each_part_is_sent_on_its_own() {
    let contact = || ContactForm { file: "contact.svar".into(), with_identity: None, permissions: Vec::new() };
    let whole = [
        Step::Device,
        Step::Consent,
        Step::Consented,
        Step::Contact,
        Step::Part(0),
        Step::Received(0),
        Step::Part(1),
        Step::Finished(1),
    ];
    check(|study| study.waves[0].contact = Some(contact()), &whole);
    check(
        |study| {
            study.waves[0].consent = None;
            study.waves[0].contact = None;
        },
        &[Step::Device, Step::Part(0), Step::Received(0), Step::Part(1), Step::Finished(1)],
    );
    check(
        |study| {
            study.waves[0].parts.truncate(1);
            study.waves[0].contact = None;
        },
        &[Step::Device, Step::Consent, Step::Consented, Step::Part(0), Step::Finished(0)],
    );
    let course = Course::of(&studies::manifests()[0].waves[0]);
    assert_eq!(course.next(Step::Declined), Step::Declined);
}
