//! An answer sheet: a session that views can watch. Each item has its own trigger, made when somebody first looks, so
//! that one answer redraws one question and what depends on it.

use std::collections::BTreeMap;

use leptos::prelude::*;

use super::{delivery::Delivery, state::App};
use crate::{
    questionnaire::{Filling, Form, ItemId, TextId},
    session::{Changes, Session},
};

/// A session under watch.
#[derive(Clone, Copy)]
pub(super) struct Sheet {
    session: StoredValue<Session>,
    watched: StoredValue<Watched>,
    /// Changes when any item is switched on or off: pages may come and go.
    layout: Trigger,
    /// Pages that were left with something wrong on them; their errors are shown from then on.
    pub(super) checked: RwSignal<Vec<ItemId>>,
    /// Pages whose open questions were pointed out.
    pub(super) pointed_out: RwSignal<Vec<ItemId>>,
    /// Any answer changed.
    pub(super) touched: Trigger,
    /// What has become of it.
    pub(super) delivery: Delivery,
    /// Whether it is being made ready to be sent.
    pub(super) freezing: RwSignal<Freezing>,
}

/// How far a sheet is on its way to being frozen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Freezing {
    /// It is a draft, or frozen.
    Not,
    UnderWay,
    /// The browser could not seal it, so it was not sent.
    NotSealed,
    /// What freezes it could not be loaded, so it was not sent.
    NotLoaded,
}

impl Freezing {
    /// Whether it may be sent yet.
    pub(super) fn may_go_on(self) -> bool {
        matches!(self, Freezing::UnderWay | Freezing::NotLoaded)
    }
}

#[derive(Default)]
struct Watched {
    answers: BTreeMap<ItemId, ArcTrigger>,
    switches: BTreeMap<ItemId, ArcTrigger>,
}

impl Sheet {
    pub(super) fn new(session: Session) -> Sheet {
        Sheet {
            session: StoredValue::new(session),
            watched: StoredValue::new(Watched::default()),
            layout: Trigger::new(),
            checked: RwSignal::new(Vec::new()),
            pointed_out: RwSignal::new(Vec::new()),
            touched: Trigger::new(),
            delivery: Delivery::new(),
            freezing: RwSignal::new(Freezing::Not),
        }
    }

    /// Reads without watching.
    pub(super) fn read<T>(&self, read: impl FnOnce(&Session) -> T) -> T {
        self.session.with_value(read)
    }

    /// Reads something off the form.
    pub(super) fn form<T>(&self, read: impl FnOnce(&Form) -> T) -> T {
        self.session.with_value(|session| read(session.form()))
    }

    /// Reads what hangs on the answers of `id`, and watches it.
    pub(super) fn watch<T>(&self, id: ItemId, read: impl FnOnce(&Session) -> T) -> T {
        self.watched
            .try_update_value(|watched| watched.answers.entry(id).or_default().clone())
            .inspect(ArcTrigger::track);
        self.read(read)
    }

    /// Whether the item is shown, watched.
    pub(super) fn shown(&self, id: ItemId) -> bool {
        let own = self.watched.try_update_value(|watched| watched.switches.entry(id).or_default().clone());
        own.inspect(ArcTrigger::track);
        self.read(|session| session.shown(id))
    }

    /// Reads what hangs on which items are enabled, and watches it.
    pub(super) fn layout<T>(&self, read: impl FnOnce(&Session) -> T) -> T {
        self.layout.track();
        self.read(read)
    }

    /// Carries out a command, and tells those who watch.
    pub(super) fn act(&self, command: impl FnOnce(&mut Session) -> Changes) {
        let Some(changes) = self.session.try_update_value(command) else { return };
        let triggers: Vec<ArcTrigger> = self.watched.with_value(|watched| {
            let answered = changes.answered.iter().chain(&changes.offered).filter_map(|id| watched.answers.get(id));
            let switched = changes.switched.iter().filter_map(|id| watched.switches.get(id));
            answered.chain(switched).cloned().collect()
        });
        triggers.iter().for_each(ArcTrigger::notify);
        if changes.answered.is_some() {
            self.touched.notify();
        }
        if !changes.switched.is_empty() {
            self.layout.notify();
        }
    }

    /// Fills hidden items with what the widget knows.
    pub(super) fn fill(&self, filling: Filling, value: &str) {
        self.session.update_value(|session| session.fill(filling, value));
    }

    /// Carries answers over to a later part, which nobody watches yet.
    pub(super) fn carry_to(&self, later: Sheet) {
        self.read(|session| later.session.update_value(|later| session.carry_to(later)));
    }

    /// Puts another session in place. Nobody watches yet.
    pub(super) fn replace(&self, session: Session) {
        self.session.set_value(session);
    }

    /// Takes every answer back.
    pub(super) fn clear(&self) {
        self.session.update_value(|session| *session = Session::new(session.form().clone()));
    }

    /// The words of a text of the form in the current language, live.
    pub(super) fn words(self, app: App, text: Option<TextId>) -> impl Fn() -> String + Clone + Send + 'static {
        let sheet = self;
        move || {
            let language = app.language.read();
            sheet.form(|form| form.text(text, &language).map_or_else(String::new, |(text, _)| text.words()))
        }
    }

    /// The language that a text really is in, where it is not the current one.
    pub(super) fn other_language(self, app: App, text: Option<TextId>) -> impl Fn() -> Option<String> + Send + 'static {
        let sheet = self;
        move || {
            let language = app.language.read();
            sheet.form(|form| {
                form.text(text, &language).filter(|(_, found)| *found != *language).map(|(_, found)| found.to_owned())
            })
        }
    }
}
