//! Who has withdrawn, in all databases alike: one of them may be new, or restored from an old copy.

use std::collections::BTreeMap;

use rusqlite::TransactionBehavior;

use super::{StoreError, store::Store};

/// What the databases say together.
#[derive(Debug, Default)]
struct Withdrawn {
    /// When, by study and pseudonym.
    people: BTreeMap<[String; 2], String>,
    /// Study, pseudonym, when, and what the gateway had done, by UUID.
    submissions: BTreeMap<String, [String; 4]>,
}

/// Writes into each of the stores what any of them knows.
pub(super) fn share(stores: &[&Store]) -> Result<(), StoreError> {
    let mut all = Withdrawn::default();
    stores.iter().try_for_each(|store| all.read(store))?;
    stores.iter().try_for_each(|store| all.write(store))
}

impl Withdrawn {
    fn read(&mut self, store: &Store) -> Result<(), StoreError> {
        let connection = store.connection();
        let mut people = connection.prepare("SELECT study, pseudonym, at FROM withdrawn")?;
        let people = people.query_map([], |row| Ok(([row.get(0)?, row.get(1)?], row.get(2)?)))?;
        for person in people {
            let (person, at): (_, String) = person?;
            let known = self.people.entry(person).or_insert_with(|| at.clone());
            // The first time counts.
            if at < *known {
                *known = at;
            }
        }
        let mut submissions =
            connection.prepare("SELECT id, study, pseudonym, at, server FROM withdrawn_submission")?;
        let submissions =
            submissions.query_map([], |row| Ok((row.get(0)?, [row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?])))?;
        for submission in submissions {
            let (id, told) = submission?;
            self.submissions.entry(id).or_insert(told);
        }
        Ok(())
    }

    fn write(&self, store: &Store) -> Result<(), StoreError> {
        let mut connection = store.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for ([study, pseudonym], at) in &self.people {
            let noted = "INSERT INTO withdrawn (study, pseudonym, at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
            transaction.prepare_cached(noted)?.execute([study, pseudonym, at])?;
        }
        for (id, [study, pseudonym, at, server]) in &self.submissions {
            let noted = "INSERT INTO withdrawn_submission (id, study, pseudonym, at, server)
                         VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING";
            transaction.prepare_cached(noted)?.execute([id, study, pseudonym, at, server])?;
        }
        Ok(transaction.commit()?)
    }
}
