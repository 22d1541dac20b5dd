//! One invented trial from the table of units to the tables of answers: twelve units, three waves, and whatever happens to
//! people on the way. Everything is done by the real commands and the real collector over HTTP; people answer by the
//! engine, with answers drawn by a seed. What they enter is noted apart (`paper`, `person`), and every cell of the tables
//! is compared with those notes.

mod calendar;
mod counts;
mod first;
mod later;
mod office;
mod paper;
mod person;
mod tables;
mod withdrawals;

use self::{
    calendar::UNITS,
    office::{Office, Person},
};

/// Those to whom something happens. All others do what most do, each by chance.
mod cast {
    pub(super) const BEFORE_THE_WINDOW: usize = 0;
    pub(super) const IN_THE_GRACE: usize = 1;
    pub(super) const AFTER_THE_GRACE: usize = 2;
    pub(super) const COMPLETED_TOO_LATE: usize = 3;
    pub(super) const DECLINE: [usize; 2] = [4, 44];
    pub(super) const NO_PERMISSION: usize = 5;
    pub(super) const ONE_PERMISSION: usize = 6;
    pub(super) const CORE_ONLY: [usize; 2] = [7, 8];
    pub(super) const TWO_DEVICES: usize = 9;
    /// Both of one unit.
    pub(super) const COLLEAGUES: [usize; 2] = [10, 21];
    pub(super) const NEW_AT_Q2: [usize; 3] = [12, 13, 14];
    pub(super) const ONLY_Q1_AND_Q3: usize = 15;
    pub(super) const REVOKED_AT_Q2: usize = 16;
    pub(super) const ON_PAPER: usize = 17;
    pub(super) const WITHDRAWS_BY_REFERENCE: usize = 18;
    pub(super) const WITHDRAWS_BY_PSEUDONYM: usize = 20;
    pub(super) const WITHDRAWS_BY_IDS: usize = 22;
    pub(super) const BY_CODE: usize = 23;
    pub(super) const FIRST_BY_CODE_THEN_BY_LINK: usize = 24;
    pub(super) const REMINDED: usize = 25;
    pub(super) const NO_ADDRESS: usize = 27;
    /// Of the fifth and the sixth unit, whose window is prolonged.
    pub(super) const SHUT_OUT_UNTIL_PROLONGED: usize = 37;
    pub(super) const IN_PROLONGED_WINDOW: usize = 38;
    pub(super) const IN_PROLONGED_GRACE: usize = 48;
    /// The few of the last unit.
    pub(super) const LAST_UNIT: [usize; 3] = [19, 39, 59];

    /// Those who give an address and answer all of the first wave, since something happens to them later.
    pub(super) const FAITHFUL: [usize; 9] = [
        ONLY_Q1_AND_Q3,
        REVOKED_AT_Q2,
        WITHDRAWS_BY_REFERENCE,
        WITHDRAWS_BY_PSEUDONYM,
        WITHDRAWS_BY_IDS,
        BY_CODE,
        FIRST_BY_CODE_THEN_BY_LINK,
        REMINDED,
        BEFORE_THE_WINDOW,
    ];
}

struct Trial {
    office: Office,
    /// The staff of all units. The pseudonym is that of their own device, or of their invitation.
    staff: Vec<Person>,
    /// The second device of whoever has two.
    second: Option<Person>,
}

impl Trial {
    fn begin(people: usize) -> Trial {
        let mut office = Office::open();
        let mut staff = Vec::new();
        for number in 0..people {
            let unit = if cast::LAST_UNIT.contains(&number) { &UNITS[11] } else { &UNITS[number % 11] };
            let language = office.random.pick(&["nb", "nn", "en"]);
            let pseudonym = person::uuid(&mut office.random);
            staff.push(Person { unit: unit.id, language, pseudonym });
        }
        Trial { office, staff, second: None }
    }
}

fn people() -> usize {
    match std::env::var("SVAR_COUNTS").as_deref() {
        Ok("full") => 200,
        _ => 60,
    }
}

#[test]
fn a_trial_from_the_table_of_units_to_the_tables_of_answers() {
    let mut trial = Trial::begin(people());
    trial.units_are_imported();
    trial.first_wave();
    trial.tried_out();
    trial.some_withdraw_after_the_first_wave();
    let contacts = trial.contacts_are_opened();
    trial.second_wave(&contacts);
    let contacts = trial.one_withdraws_after_the_second_wave(contacts);
    trial.third_wave(&contacts);
    trial.counts_are_true();
    trial.tables_are_what_was_entered();
}
