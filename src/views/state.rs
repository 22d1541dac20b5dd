//! What the views share: where the respondent is, in which language, and one answer sheet per questionnaire. Everything
//! here is `Copy`, a handle to what the owner of the mount keeps.

use std::sync::Arc;

use leptos::{prelude::*, task::spawn_local};

use super::{
    delivery::{Courier, Delivery},
    keeping::Saving,
    sheet::Sheet,
    trail::Trail,
};
use crate::{
    browser,
    questionnaire::{Filling, ItemId, text::Text},
    session::{Value, flat, response},
    study::{CONSENT, CONTACT, Course, EndpointKind, Invitation, Step, Study, Wave, Words, Write},
    submission::{Event, Frozen, Media, seal::Routing},
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
    /// Whether to stop, and leave nothing behind.
    End,
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
    /// Said once, above the next view: how much of an earlier visit is there again.
    pub(super) notice: RwSignal<Option<Say>>,
    /// The respondent goes on in another tab; this one keeps still.
    pub(super) moved_away: RwSignal<bool>,
    pub(super) courier: Courier,
    pub(super) saving: Saving,
    given: StoredValue<Given>,
    trail: Trail,
    restart: StoredValue<Box<dyn Fn()>, LocalStorage>,
}

/// What does not change while the respondent is here, but for the permission.
pub(super) struct Given {
    pub(super) study: Arc<Study>,
    pub(super) wave: Arc<Wave>,
    pub(super) invitation: Invitation,
    pub(super) token: String,
    pub(super) pseudonym: String,
    /// Whether a register was permitted.
    pub(super) permitted: bool,
    pub(super) sheets: Sheets,
}

/// The answer sheets of a wave.
pub(super) struct Sheets {
    pub(super) consent: Option<Sheet>,
    pub(super) contact: Option<Sheet>,
    /// The same, with the national identity number.
    pub(super) contact_with_identity: Option<Sheet>,
    pub(super) parts: Vec<Sheet>,
}

impl App {
    /// An app at the beginning. `restart` brings the next person in.
    pub(super) fn new(given: Given, language: RwSignal<String>, restart: Box<dyn Fn()>) -> App {
        let first = Place { step: Step::Welcome, at: At::Start };
        let app = App {
            language,
            place: RwSignal::new(first),
            moved: StoredValue::new(false),
            target: StoredValue::new(None),
            from_review: RwSignal::new(false),
            own_device: RwSignal::new(None),
            announcement: RwSignal::new(String::new()),
            notice: RwSignal::new(None),
            moved_away: RwSignal::new(false),
            courier: Courier::new(&given.study, given.token.clone()),
            saving: Saving::new(),
            given: StoredValue::new(given),
            trail: Trail::new(first),
            restart: StoredValue::new_local(restart),
        };
        browser::on_back(move |place| app.came_back(place as usize));
        browser::ask_before_leaving(move || app.would_lose());
        for (step, sheet) in app.sheets() {
            app.courier.takes(sheet.delivery);
            Effect::new(move || {
                if sheet.delivery.watch(|submission| submission.received().is_some()) {
                    app.arrived(step);
                }
            });
        }
        Effect::new(move || {
            if matches!(app.place.get().step, Step::Finished(_)) && !app.is_under_way() {
                app.leave_nothing();
            }
        });
        app.save_what_changes();
        app
    }

    pub(super) fn study(&self) -> Arc<Study> {
        self.given.with_value(|given| given.study.clone())
    }

    pub(super) fn wave(&self) -> Arc<Wave> {
        self.given.with_value(|given| given.wave.clone())
    }

    pub(super) fn given<T>(&self, read: impl FnOnce(&Given) -> T) -> T {
        self.given.with_value(read)
    }

    /// Takes over what an earlier visit left.
    pub(super) fn take_over(&self, pseudonym: String, permitted: bool) {
        self.given.update_value(|given| {
            given.pseudonym = pseudonym;
            given.permitted = permitted;
        });
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
        self.given(|given| match step {
            Step::Consent => given.sheets.consent,
            Step::Contact if given.permitted => given.sheets.contact_with_identity.or(given.sheets.contact),
            Step::Contact => given.sheets.contact,
            Step::Part(part) => given.sheets.parts.get(part).copied(),
            _ => None,
        })
    }

    /// Every sheet with the step it is answered at.
    pub(super) fn sheets(&self) -> Vec<(Step, Sheet)> {
        self.given(|given| {
            let sheets = &given.sheets;
            let contact = [sheets.contact, sheets.contact_with_identity].into_iter().flatten();
            let before = sheets.consent.map(|sheet| (Step::Consent, sheet)).into_iter();
            let before = before.chain(contact.map(|sheet| (Step::Contact, sheet)));
            before.chain(sheets.parts.iter().enumerate().map(|(part, sheet)| (Step::Part(part), *sheet))).collect()
        })
    }

    /// What a step's answers are called in the manifest, in records and in drafts.
    pub(super) fn part_id(&self, step: Step) -> String {
        self.given(|given| match step {
            Step::Consent => CONSENT.to_owned(),
            Step::Contact => CONTACT.to_owned(),
            Step::Part(part) => given.wave.parts.get(part).map(|part| part.id.clone()).unwrap_or_default(),
            _ => String::new(),
        })
    }

    /// Goes to a place, and remembers the way back.
    pub(super) fn go(&self, place: Place) {
        if self.place.get_untracked() == place {
            return;
        }
        self.trail.go(place);
        self.moved.set_value(true);
        self.notice.set(None);
        self.place.set(place);
    }

    /// The step after this one.
    pub(super) fn next(&self, step: Step) -> Step {
        self.given(|given| Course::of(&given.wave).next(step))
    }

    /// Goes on to the next step.
    pub(super) fn go_on(&self) {
        let mut step = self.next(self.place.get_untracked().step);
        // What has arrived already is not asked again.
        while self.sheet(step).is_some_and(|sheet| sheet.delivery.receipt().is_some()) {
            step = self.next(step);
        }
        self.go(Place { step, at: At::Start });
    }

    /// Ends here: what lies behind was sent, or shall not be seen again.
    pub(super) fn finish(&self, step: Step) {
        self.go(Place { step, at: At::Start });
        self.trail.close_behind();
    }

    /// Goes to another place within the step.
    pub(super) fn turn(&self, at: At) {
        self.go(Place { at, ..self.place.get_untracked() });
    }

    /// Goes back one place, as the browser's own button does.
    pub(super) fn back(self) {
        if let Some(place) = self.trail.back() {
            self.came_back(place);
        }
    }

    fn came_back(&self, wanted: usize) {
        if let Some(place) = self.trail.came_back(wanted) {
            self.moved.set_value(true);
            self.from_review.set(false);
            self.notice.set(None);
            self.place.set(place);
        }
    }

    /// Starts at a place, with no way back from it.
    pub(super) fn start_at(&self, place: Place) {
        self.trail.start_at(place);
        self.place.set(place);
    }

    /// Lets the next person in.
    pub(super) fn restart(&self) {
        browser::keep_invitation(&self.given(|given| given.token.clone()));
        self.restart.with_value(|restart| restart());
    }

    /// Freezes the answers of a step, and sends them.
    pub(super) fn send(&self, step: Step) {
        let Some(sheet) = self.sheet(step) else { return };
        // A second click finds it under way.
        if sheet.sealing.get_untracked() || sheet.delivery.is_under_way() {
            return;
        }
        self.notice.set(None);
        sheet.sealing.set(true);
        sheet.unsealed.set(false);
        let app = *self;
        spawn_local(async move {
            // First: after a reload what comes next is of the same person as what is frozen now.
            app.save().await;
            let frozen = app.freeze(sheet, step).await;
            match frozen {
                Some(frozen) => app.courier.tell(sheet.delivery, Event::Freeze(frozen)),
                // Never sent in clear instead.
                None => sheet.unsealed.set(true),
            }
            sheet.sealing.set(false);
        });
        if step == Step::Contact {
            // It is delivered behind the respondent's back; the last page waits for it.
            self.go_on();
            self.trail.close_behind();
        }
    }

    async fn freeze(&self, sheet: Sheet, step: Step) -> Option<Frozen> {
        let part = self.part_id(step);
        let language = self.language.get_untracked();
        let (uuid, authored) = (browser::uuid()?, browser::now());
        let (endpoint, heading, routing) = self.given.with_value(|given| {
            sheet.fill(Filling::Study, &given.study.id);
            sheet.fill(Filling::Wave, &given.wave.id);
            sheet.fill(Filling::Unit, &given.invitation.unit);
            sheet.fill(Filling::Variant, given.invitation.variant.as_deref().unwrap_or(""));
            sheet.fill(Filling::Language, &language);
            let contact = given.study.contact_endpoint.clone().filter(|_| step == Step::Contact);
            let heading = response::Heading { uuid: uuid.clone(), pseudonym: given.pseudonym.clone(), authored };
            let routing = (given.study.id.clone(), given.wave.id.clone());
            (contact.unwrap_or_else(|| given.study.endpoint.clone()), heading, routing)
        });
        let by_id = endpoint.kind == EndpointKind::Fhir && endpoint.write == Write::Update;
        let replaces = sheet.delivery.read(|submission| submission.replaces().map(str::to_owned));
        let bytes = sheet.read(|session| {
            let response = || response::completed(session, &heading).replacing(replaces.as_deref());
            match endpoint.kind {
                EndpointKind::Flat => flat::flat(session, &heading),
                _ if by_id => response().with_id().to_bytes(),
                _ => response().to_bytes(),
            }
        });
        let (media, bytes) = match (endpoint.kind, &endpoint.key) {
            (EndpointKind::Fhir, _) => (Media::Fhir, bytes),
            (EndpointKind::Flat, _) => (Media::Flat, bytes),
            (EndpointKind::Sealed, None) => return None,
            (EndpointKind::Sealed, Some(key)) => {
                let questionnaire = sheet.form(|form| format!("{}|{}", form.url, form.version));
                let (study, wave) = routing;
                let (uuid, authored) = (uuid.clone(), heading.authored);
                let routing = Routing { study, wave, questionnaire, uuid, authored };
                (Media::Sealed, browser::seal::seal(key, &routing, &bytes).await.ok()?)
            }
        };
        Some(Frozen { uuid, part, media, bytes })
    }

    /// The answers of a step have arrived.
    fn arrived(self, step: Step) {
        if step == Step::Consent {
            let permitted = self.sheet(step).is_some_and(|sheet| self.permits(sheet));
            self.given.update_value(|given| given.permitted |= permitted);
        }
        self.save_soon();
        if self.place.get_untracked().step == step {
            self.go_on();
            self.trail.close_behind();
        }
    }

    /// Whether the consent permits one of the registers.
    fn permits(&self, consent: Sheet) -> bool {
        let links = self.given(|given| given.wave.contact.clone().map(|form| form.permissions).unwrap_or_default());
        consent.read(|session| {
            let ticked = |link_id: &String| {
                let found = session.form().find(link_id);
                found.is_some_and(|id| session.answers(id) == [Value::Boolean(true)])
            };
            links.iter().any(ticked)
        })
    }

    /// The delivery whose receipt is shown at a step.
    pub(super) fn received(&self, step: Step) -> Option<Delivery> {
        let sheet = match step {
            Step::Consented => self.sheet(Step::Consent),
            Step::Received(part) | Step::Finished(part) => self.sheet(Step::Part(part)),
            _ => None,
        };
        sheet.map(|sheet| sheet.delivery)
    }
}
