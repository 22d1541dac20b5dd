//! What the views share: where the respondent is, in which language, and one answer sheet per questionnaire. Everything
//! here is `Copy`, a handle to what the owner of the mount keeps.

use std::sync::Arc;

use leptos::prelude::*;

use super::sheet::Sheet;
use crate::{
    browser,
    questionnaire::{Filling, ItemId, text::Text},
    session::response,
    study::{Course, Invitation, Step, Study, Wave, Words},
    submission::{Effect, Event, Frozen},
    words::{Say, Tongue},
};

/// Where the respondent is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) step: Step,
    pub(super) at: At,
}

/// Where within a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum At {
    /// At its beginning: the first page of a questionnaire.
    Start,
    /// On a page.
    Page(ItemId),
    /// At the overview of the answers.
    Review,
    /// Help, which is one step away everywhere.
    Help,
    /// Whom to ask.
    Ask,
}

/// One respondent in one wave.
#[derive(Clone, Copy)]
pub(super) struct App {
    pub(super) language: RwSignal<String>,
    pub(super) place: RwSignal<Place>,
    /// Whether the respondent has gone anywhere yet: the first view takes no focus.
    pub(super) moved: StoredValue<bool>,
    /// Where to put the focus on the next page, if not on its heading.
    pub(super) target: StoredValue<Option<String>>,
    /// The next page leads back to the overview.
    pub(super) from_review: RwSignal<bool>,
    pub(super) own_device: RwSignal<Option<bool>>,
    /// What a screen reader is told beside what is shown.
    pub(super) announcement: RwSignal<String>,
    given: StoredValue<Given>,
    /// Every place so far, as the tab's history counts them, and where in it we are.
    trail: StoredValue<Trail>,
}

/// What does not change while the respondent is here.
struct Given {
    study: Arc<Study>,
    wave: Arc<Wave>,
    course: Course,
    invitation: Invitation,
    token: String,
    pseudonym: String,
    sheets: Vec<Sheet>,
}

#[derive(Default)]
struct Trail {
    places: Vec<Place>,
    at: usize,
    /// What was sent cannot be gone back to.
    floor: usize,
    /// The host forbids us its history: the way back is ours alone.
    alone: bool,
}

impl App {
    pub(super) fn new(
        study: Arc<Study>,
        wave: Arc<Wave>,
        invitation: Invitation,
        token: String,
        pseudonym: String,
        language: RwSignal<String>,
        sheets: Vec<Sheet>,
    ) -> App {
        let first = Place { step: Step::Welcome, at: At::Start };
        browser::replace_history(0);
        let course = Course::of(&wave);
        let app = App {
            language,
            place: RwSignal::new(first),
            moved: StoredValue::new(false),
            target: StoredValue::new(None),
            from_review: RwSignal::new(false),
            own_device: RwSignal::new(None),
            announcement: RwSignal::new(String::new()),
            given: StoredValue::new(Given { study, wave, course, invitation, token, pseudonym, sheets }),
            trail: StoredValue::new(Trail { places: vec![first], ..Trail::default() }),
        };
        browser::on_back(move |place| app.came_back(place as usize));
        browser::ask_before_leaving(move || app.unsent());
        app
    }

    pub(super) fn study(&self) -> Arc<Study> {
        self.given.with_value(|given| given.study.clone())
    }

    pub(super) fn wave(&self) -> Arc<Wave> {
        self.given.with_value(|given| given.wave.clone())
    }

    /// Says a text of the interface in the current language, live.
    pub(super) fn say(self, what: Say) -> impl Fn() -> String + Clone + Send + 'static {
        let language = self.language;
        move || language.with(|tag| Tongue::of(tag).say(&what))
    }

    /// A text of the manifest in the current language, live.
    pub(super) fn words(
        self,
        pick: impl Fn(&Study) -> Option<&Words> + Send + 'static,
    ) -> impl Fn() -> Option<Text> + Send + 'static {
        let (language, given) = (self.language, self.given);
        move || {
            given.with_value(|given| {
                let words = pick(&given.study)?;
                language.with(|tag| given.study.say(words, tag).cloned())
            })
        }
    }

    /// A text of the manifest as plain words, live.
    pub(super) fn plain(
        self,
        pick: impl Fn(&Study) -> Option<&Words> + Send + 'static,
    ) -> impl Fn() -> String + Send + 'static {
        let text = self.words(pick);
        move || text().map_or_else(String::new, |text| text.words())
    }

    /// The title of the study.
    pub(super) fn title(self) -> String {
        self.plain(|study| Some(&study.title))()
    }

    /// The answer sheet of a step, if the step is answered.
    pub(super) fn sheet(&self, step: Step) -> Option<Sheet> {
        self.given.with_value(|given| {
            let consent = usize::from(given.wave.consent.is_some());
            let place = match step {
                Step::Consent if consent == 1 => 0,
                Step::Part(part) => part.saturating_add(consent),
                _ => return None,
            };
            given.sheets.get(place).copied()
        })
    }

    /// Goes to a place, and remembers the way back.
    pub(super) fn go(&self, place: Place) {
        if self.place.get_untracked() == place {
            return;
        }
        self.trail.update_value(|trail| {
            trail.at = trail.at.saturating_add(1);
            trail.places.truncate(trail.at);
            trail.places.push(place);
            trail.alone |= !browser::push_history(trail.at as u32);
        });
        self.moved.set_value(true);
        self.place.set(place);
    }

    /// Goes on to the next step.
    pub(super) fn go_on(&self) {
        let step = self.given.with_value(|given| given.course.next(self.place.get_untracked().step));
        self.go(Place { step, at: At::Start });
    }

    /// Stops after a part that has arrived.
    pub(super) fn stop(&self, part: usize) {
        browser::forget_invitation();
        self.go(Place { step: Step::Finished(part), at: At::Start });
        self.close_behind();
    }

    /// Goes to another place within the step.
    pub(super) fn turn(&self, at: At) {
        self.go(Place { at, ..self.place.get_untracked() });
    }

    /// Goes back one place, as the browser's own button does.
    pub(super) fn back(self) {
        let (before, alone) = self.trail.with_value(|trail| (trail.at.checked_sub(1), trail.alone));
        match before {
            Some(before) if alone => self.came_back(before),
            Some(_) => browser::go_back(),
            None => {}
        }
    }

    /// Whether there are answers that have not arrived.
    fn unsent(self) -> bool {
        self.given.with_value(|given| given.sheets.iter().any(Sheet::unsent))
    }

    fn came_back(&self, wanted: usize) {
        let place = self.trail.try_update_value(|trail| {
            trail.at = wanted.max(trail.floor).min(trail.places.len().saturating_sub(1));
            if trail.at != wanted {
                trail.alone |= !browser::push_history(trail.at as u32);
            }
            trail.places.get(trail.at).copied()
        });
        if let Some(Some(place)) = place {
            self.moved.set_value(true);
            self.from_review.set(false);
            self.place.set(place);
        }
    }

    /// What lies behind was sent: no way leads back to it.
    fn close_behind(&self) {
        self.trail.update_value(|trail| trail.floor = trail.at);
    }

    /// Freezes the answers of a step, and sends them.
    pub(super) fn send(&self, step: Step) {
        let Some(sheet) = self.sheet(step) else { return };
        if let Some(frozen) = self.freeze(sheet) {
            self.carry_on(step, Event::Freeze(frozen));
        }
    }

    fn freeze(&self, sheet: Sheet) -> Option<Frozen> {
        let language = self.language.get_untracked();
        self.given.with_value(|given| {
            sheet.fill(Filling::Study, &given.study.id);
            sheet.fill(Filling::Wave, &given.wave.id);
            sheet.fill(Filling::Unit, &given.invitation.unit);
            sheet.fill(Filling::Variant, given.invitation.variant.as_deref().unwrap_or(""));
            sheet.fill(Filling::Language, &language);
            let uuid = browser::uuid()?;
            let (pseudonym, authored) = (given.pseudonym.clone(), browser::now());
            let heading = response::Heading { uuid: uuid.clone(), pseudonym, authored };
            let response = sheet.read(|session| response::completed(session, &heading));
            Some(Frozen { uuid, bytes: response.to_bytes() })
        })
    }

    /// Tells the submission of a step what happened, and does what it asks for.
    pub(super) fn carry_on(&self, step: Step, event: Event) {
        let Some(sheet) = self.sheet(step) else { return };
        let effects = sheet.delivery.try_update(|submission| submission.step(event)).unwrap_or_default();
        for Effect::Post(frozen) in effects {
            let app = *self;
            let (base, token) = self.given.with_value(|given| (given.study.endpoint.base.clone(), given.token.clone()));
            leptos::task::spawn_local(async move {
                let verdict = browser::post(&base, &token, &frozen).await;
                app.carry_on(step, Event::Verdict { uuid: frozen.uuid, verdict });
            });
        }
        let arrived = sheet.delivery.with_untracked(|submission| submission.received().is_some());
        if arrived && self.place.get_untracked().step == step {
            self.go_on();
            self.close_behind();
            if matches!(self.place.get_untracked().step, Step::Finished(_)) {
                browser::forget_invitation();
            }
        }
    }

    /// The sheet whose receipt is shown at a step.
    pub(super) fn received(&self, step: Step) -> Option<Sheet> {
        match step {
            Step::Consented => self.sheet(Step::Consent),
            Step::Received(part) | Step::Finished(part) => self.sheet(Step::Part(part)),
            _ => None,
        }
    }
}
