//! What the views share: where the respondent is, in which language, and one answer sheet per questionnaire. Everything
//! here is `Copy`, a handle to what the owner of the mount keeps.

use std::{rc::Rc, sync::Arc};

use leptos::prelude::*;
use wasm_bindgen::JsValue;

use super::{
    delivery::Delivery,
    later::{Keeper, Task, later},
    outward,
    sheet::{Freezing, Sheet},
    trail::Trail,
};
use crate::{
    browser::{self, Ground},
    questionnaire::{Filling, Form, ItemId, text::Text},
    session::{Session, Value},
    study::{CONSENT, CONTACT, Course, Invitation, Step, Study, Wave, Words},
    submission::{Event, Kept, Media, Submission},
    words::{Safekeeping, Say, Tongue, Trouble},
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
    /// What is touched of the answers to whose device it is.
    pub(super) own_device: RwSignal<Option<bool>>,
    /// What the respondent went on with.
    pub(super) own_device_chosen: StoredValue<Option<bool>>,
    /// What a screen reader is told beside what is shown.
    pub(super) announcement: RwSignal<String>,
    /// Said once, above the next view: how much of an earlier visit is there again.
    pub(super) notice: RwSignal<Option<Say>>,
    /// The respondent goes on in another tab; this one keeps still.
    pub(super) moved_away: RwSignal<bool>,
    /// Nothing can be kept on this device at the moment.
    pub(super) fails: RwSignal<bool>,
    /// What the device keeps is behind what is on the page, and is being brought up to it.
    pub(super) unsaved: RwSignal<bool>,
    /// It is over: nothing is kept any more.
    pub(super) over: StoredValue<bool>,
    /// Somebody else has the page; what is still on its way of this one's is delivered behind their back.
    gone: StoredValue<bool>,
    ground: StoredValue<Rc<Ground>, LocalStorage>,
    given: StoredValue<Given, LocalStorage>,
    trail: Trail,
    /// Who keeps and delivers the answers, once loaded.
    keeper: RwSignal<Option<Rc<dyn Keeper>>, LocalStorage>,
    /// The keeper is being loaded.
    loading: StoredValue<bool>,
    owner: StoredValue<Owner>,
    /// Every questionnaire of the wave has its sheet.
    pub(super) complete: RwSignal<bool>,
    way_in: StoredValue<Box<dyn WayIn>, LocalStorage>,
}

/// What is asked of the way in once somebody is in.
pub(super) trait WayIn {
    /// Lets the next person in.
    fn again(&self);
    /// The questionnaires that the first question does not need; no trouble is told of what could not be reached now.
    fn rest(&self, wave: Arc<Wave>) -> Task<Result<Forms, Option<Trouble>>>;
    /// Something stands in the way after all.
    fn blocked(&self, why: Trouble, study: Arc<Study>);
}

/// Questionnaires, each with its place in the wave, in the order of their steps.
pub(super) type Forms = Vec<(Slot, Arc<Form>)>;

/// The place of a questionnaire in a wave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    Consent,
    Contact,
    /// The same, with the national identity number.
    ContactWithIdentity,
    Part(usize),
}

impl Slot {
    /// Whether the first question needs it: the consent, and the first part where there is none.
    pub(super) fn is_first(self) -> bool {
        matches!(self, Slot::Consent | Slot::Part(0))
    }

    fn step(self) -> Step {
        match self {
            Slot::Consent => Step::Consent,
            Slot::Contact | Slot::ContactWithIdentity => Step::Contact,
            Slot::Part(part) => Step::Part(part),
        }
    }
}

/// Who was let in, and to what.
pub(super) struct Admitted {
    pub(super) study: Arc<Study>,
    pub(super) wave: Arc<Wave>,
    pub(super) invitation: Invitation,
    /// The invitation as it stood in the link.
    pub(super) token: String,
}

/// What does not change while the respondent is here, but for the permission.
pub(super) struct Given {
    pub(super) admitted: Arc<Admitted>,
    pub(super) pseudonym: String,
    /// Whether a register was permitted.
    pub(super) permitted: bool,
    pub(super) sheets: Sheets,
}

/// The answer sheets of a wave.
#[derive(Default)]
pub(super) struct Sheets(Vec<(Slot, Sheet)>);

impl Sheets {
    fn at(&self, slot: Slot) -> Option<Sheet> {
        self.0.iter().find(|(at, _)| *at == slot).map(|(_, sheet)| *sheet)
    }
}

/// Whether the store has it. As long as that is not known, it is taken not to.
fn is_stored(submission: &Submission) -> bool {
    submission.kept() == Kept::Stored
}

impl App {
    /// An app at the beginning, without any sheet yet.
    pub(super) fn new(ground: Rc<Ground>, given: Given, language: RwSignal<String>, way_in: Box<dyn WayIn>) -> App {
        let own_page = ground.is_own_page();
        let first = Place { step: Step::Welcome, at: At::Start };
        let app = App {
            language,
            place: RwSignal::new(first),
            moved: StoredValue::new(false),
            target: StoredValue::new(None),
            from_review: RwSignal::new(false),
            own_device: RwSignal::new(None),
            own_device_chosen: StoredValue::new(None),
            announcement: RwSignal::new(String::new()),
            notice: RwSignal::new(None),
            moved_away: RwSignal::new(false),
            fails: RwSignal::new(false),
            unsaved: RwSignal::new(false),
            over: StoredValue::new(false),
            gone: StoredValue::new(false),
            ground: StoredValue::new_local(ground),
            given: StoredValue::new_local(given),
            trail: Trail::new(first, own_page),
            keeper: RwSignal::new_local(None),
            loading: StoredValue::new(false),
            owner: StoredValue::new(Owner::current().unwrap_or_default()),
            complete: RwSignal::new(false),
            way_in: StoredValue::new_local(way_in),
        };
        if own_page {
            browser::on_back(move |place| app.came_back(place as usize));
        }
        browser::ask_before_leaving(move || app.would_lose());
        outward::tells(app);
        Effect::new(move || {
            if matches!(app.place.get().step, Step::Finished(_)) && !app.is_under_way() {
                app.leave_nothing();
            }
        });
        // The draft is saved whenever an answer, the place or the language changes.
        Effect::new(move || {
            app.place.track();
            app.language.track();
            for (_, sheet) in app.sheets() {
                sheet.touched.track();
            }
            app.save_soon();
        });
        app
    }

    /// What the widget stands on.
    pub(super) fn ground(self) -> Rc<Ground> {
        self.ground.get_value()
    }

    /// Does something that takes a while.
    pub(super) fn spawn(self, task: impl Future<Output = ()> + 'static) {
        self.ground().spawn(task);
    }

    /// Leaves the page to whoever comes in next.
    pub(super) fn leaves(self) {
        self.gone.set_value(true);
    }

    /// Tells the page around, for as long as the page is this one's.
    pub(super) fn tells(self, name: &str, detail: &[(&str, JsValue)]) {
        if !self.gone.get_value() {
            self.ground().tell(name, detail);
        }
    }

    /// Gives these questionnaires their sheets; `complete` if they are the last.
    pub(super) fn adds(self, forms: Forms, complete: bool) {
        self.owned(|| {
            for (slot, form) in forms {
                let sheet = Sheet::new(Session::new(form));
                self.fills(sheet);
                self.given.update_value(|given| given.sheets.0.push((slot, sheet)));
                let received = Memo::new(move |_| sheet.delivery.watch(|submission| submission.received().is_some()));
                Effect::new(move || {
                    if received.get() {
                        self.arrived(slot.step(), sheet);
                    }
                });
            }
        });
        self.complete.set(complete);
    }

    /// Fills hidden items with what the invitation says, before anything is asked: conditions may depend on it.
    pub(super) fn fills(&self, sheet: Sheet) {
        self.given(|given| {
            let invitation = &given.admitted.invitation;
            for (filling, known) in [
                (Filling::Study, invitation.study.as_str()),
                (Filling::Wave, &invitation.wave),
                (Filling::Unit, &invitation.unit),
                (Filling::Variant, invitation.variant.as_deref().unwrap_or("")),
            ] {
                sheet.fill(filling, known);
            }
        });
    }

    /// Is kept by this keeper from now on.
    pub(super) fn kept_by(self, begin: impl FnOnce(App) -> Rc<dyn Keeper>) -> Rc<dyn Keeper> {
        let keeper = self.owned(|| begin(self));
        self.keeper.set(Some(keeper.clone()));
        keeper
    }

    /// Makes something that lives as long as the page does.
    pub(super) fn owned<T>(self, make: impl FnOnce() -> T) -> T {
        self.owner.get_value().with(make)
    }

    /// The keeper, loaded if need be, after what the keeper is to keep.
    pub(super) async fn keeper(self) -> Option<Rc<dyn Keeper>> {
        if let Some(keeper) = self.keeper.get_untracked() {
            return Some(keeper);
        }
        self.loading.set_value(true);
        let later = match self.completed().await {
            true => later().await.ok(),
            false => None,
        };
        self.loading.set_value(false);
        // Another call may have been quicker.
        if let Some(keeper) = self.keeper.get_untracked() {
            return Some(keeper);
        }
        if self.over.get_value() {
            return None;
        }
        let Some(later) = later else {
            self.fails.set(true);
            return None;
        };
        let keeper = self.kept_by(|app| later.begin(app));
        for (step, sheet) in self.sheets() {
            // It is sent behind the respondent's back, who may not come by it again.
            if step == Step::Contact && sheet.freezing.get_untracked() == Freezing::NotLoaded {
                self.send(sheet, step);
            }
        }
        Some(keeper)
    }

    /// Whether every questionnaire of the wave is here, after having loaded those that were not.
    async fn completed(self) -> bool {
        if self.complete.get_untracked() {
            return true;
        }
        let wave = self.wave();
        let rest = self.way_in.with_value(|way_in| way_in.rest(wave));
        match rest.await {
            // Another call may have been quicker.
            _ if self.complete.get_untracked() => true,
            Ok(forms) => {
                self.adds(forms, true);
                true
            }
            Err(why) => {
                // Asked for anew, it may be a log-in page of the network that comes instead: no reason to lose an answer.
                let answered = self.sheets().iter().any(|(_, sheet)| sheet.read(Session::has_answers));
                if let Some(why) = why.filter(|_| !answered) {
                    // Should it come after all, whoever comes in then is to find the way free.
                    self.over.set_value(true);
                    self.way_in.with_value(|way_in| way_in.blocked(why, self.study()));
                }
                false
            }
        }
    }

    /// What the keeper does, if there is one, watched.
    pub(super) fn kept<T>(&self, act: impl FnOnce(Rc<dyn Keeper>) -> T) -> Option<T> {
        self.keeper.get().map(act)
    }

    /// Has the keeper do something, if there is one.
    fn have(&self, act: impl FnOnce(Rc<dyn Keeper>)) {
        if let Some(keeper) = self.keeper.get_untracked() {
            act(keeper);
        }
    }

    /// Saves the draft within [`policy::DRAFT_DELAY`](crate::submission::policy::DRAFT_DELAY). A keeper who could not be
    /// loaded is asked for anew.
    fn save_soon(self) {
        match self.keeper.get_untracked() {
            Some(keeper) => keeper.save_soon(),
            None if self.fails.get_untracked() && !self.loading.get_value() => {
                self.spawn(async move { drop(self.keeper().await) });
            }
            None => {}
        }
    }

    /// Asks once more for what could not be loaded.
    pub(super) fn ask_again(self) {
        self.fails.set(false);
        self.spawn(async move { drop(self.keeper().await) });
    }

    /// Tells a delivery what happened. Whatever is under way has a keeper.
    pub(super) fn tell(&self, delivery: Delivery, event: Event) {
        self.have(|keeper| keeper.tell(delivery, event));
    }

    /// The respondent has said whose device it is.
    pub(super) fn device_chosen(&self) {
        self.own_device_chosen.set_value(self.own_device.get_untracked());
        self.have(|keeper| keeper.device_chosen());
        self.go_on();
    }

    pub(super) fn study(&self) -> Arc<Study> {
        self.given.with_value(|given| given.admitted.study.clone())
    }

    pub(super) fn wave(&self) -> Arc<Wave> {
        self.given.with_value(|given| given.admitted.wave.clone())
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
                let words = pick(&given.admitted.study)?;
                language.with(|tag| given.admitted.study.say(words, tag).cloned())
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
        self.given(|given| {
            let at = |slot| given.sheets.at(slot);
            match step {
                Step::Consent => at(Slot::Consent),
                Step::Contact if given.permitted => at(Slot::ContactWithIdentity).or(at(Slot::Contact)),
                Step::Contact => at(Slot::Contact),
                Step::Part(part) => at(Slot::Part(part)),
                _ => None,
            }
        })
    }

    /// Every sheet with the step it is answered at.
    pub(super) fn sheets(&self) -> Vec<(Step, Sheet)> {
        self.given(|given| given.sheets.0.iter().map(|(slot, sheet)| (slot.step(), *sheet)).collect())
    }

    /// What a step's answers are called in the manifest, in records and in drafts.
    pub(super) fn part_id(&self, step: Step) -> String {
        self.given(|given| match step {
            Step::Consent => CONSENT.to_owned(),
            Step::Contact => CONTACT.to_owned(),
            Step::Part(part) => given.admitted.wave.parts.get(part).map(|part| part.id.clone()).unwrap_or_default(),
            _ => String::new(),
        })
    }

    /// Goes to a place, and remembers the way back.
    pub(super) fn go(&self, place: Place) {
        if self.place.get_untracked() == place {
            return;
        }
        self.trail.go(place);
        self.turns_to(place);
    }

    /// The step after this one.
    pub(super) fn next(&self, step: Step) -> Step {
        self.given(|given| Course::of(&given.admitted.wave).next(step))
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
        if self.gone.get_value() {
            return;
        }
        if let Some(place) = self.trail.came_back(wanted) {
            self.from_review.set(false);
            self.turns_to(place);
        }
    }

    fn turns_to(&self, place: Place) {
        self.moved.set_value(true);
        self.notice.set(None);
        // Else it is come upon again at the top of every page that follows.
        self.announcement.set(String::new());
        self.place.set(place);
    }

    /// Starts at a place, with no way back from it.
    pub(super) fn start_at(&self, place: Place) {
        self.trail.start_at(place);
        self.place.set(place);
    }

    /// Lets the next person in.
    pub(super) fn restart(&self) {
        self.ground().keep_invitation(&self.given(|given| given.admitted.token.clone()));
        self.way_in.with_value(|way_in| way_in.again());
    }

    /// Freezes the answers of a step, and sends them.
    pub(super) fn send(self, sheet: Sheet, step: Step) {
        // A second click finds it under way.
        if sheet.freezing.get_untracked() == Freezing::UnderWay || sheet.delivery.is_under_way() {
            return;
        }
        self.notice.set(None);
        sheet.freezing.set(Freezing::UnderWay);
        self.spawn(async move {
            match self.keeper().await {
                // They may have ended meanwhile.
                _ if sheet.freezing.get_untracked() != Freezing::UnderWay => {}
                Some(keeper) => keeper.send(sheet, step),
                None => sheet.freezing.set(Freezing::NotLoaded),
            }
        });
        if step == Step::Contact && self.place.get_untracked().step == step {
            // It is delivered behind the respondent's back; the last page waits for it.
            self.go_on();
            self.trail.close_behind();
        }
    }

    /// Where a frozen submission is kept, as the person is told.
    pub(super) fn safekeeping(&self, delivery: Delivery) -> Safekeeping {
        let outlives_tab = self.outlives_tab();
        delivery.watch(|submission| {
            let sealed = submission.frozen().is_some_and(|frozen| frozen.media == Media::Sealed);
            match submission.kept() {
                Kept::MemoryOnly => Safekeeping::Page,
                _ if sealed || outlives_tab => Safekeeping::Device,
                _ => Safekeeping::Tab,
            }
        })
    }

    fn outlives_tab(&self) -> bool {
        self.keeper.with_untracked(|keeper| keeper.as_ref().is_some_and(|keeper| keeper.outlives_tab()))
    }

    /// Whether leaving the page now would lose answers.
    fn would_lose(self) -> bool {
        if self.over.get_value() || self.moved_away.get_untracked() {
            return false;
        }
        let safe = self.outlives_tab() && !self.fails.get_untracked();
        let lost = |sheet: &Sheet| {
            if sheet.delivery.is_under_way() {
                return !sheet.delivery.read(is_stored)
                    || untrack(|| self.safekeeping(sheet.delivery)) != Safekeeping::Device;
            }
            !safe && sheet.delivery.receipt().is_none() && sheet.read(Session::has_answers)
        };
        self.sheets().iter().any(|(_, sheet)| lost(sheet))
    }

    /// Whether anything is on its way, or about to be, watched.
    pub(super) fn is_under_way(self) -> bool {
        self.sheets()
            .iter()
            .any(|(_, sheet)| sheet.freezing.get() != Freezing::Not || sheet.delivery.watch(Submission::is_under_way))
    }

    /// Whether the widget may be taken away, watched: nothing is left that it alone can keep or deliver.
    pub(super) fn is_at_rest(self) -> bool {
        !self.unsaved.get() && self.may_hand_over()
    }

    /// Whether the next person may have the page: nothing is left that only this page can deliver.
    pub(super) fn may_hand_over(self) -> bool {
        let only_here = |sheet: &Sheet| {
            let sent_from_here = sheet.delivery.watch(|submission| submission.is_under_way() && !is_stored(submission));
            sent_from_here || sheet.freezing.get().may_go_on()
        };
        !self.sheets().iter().any(|(_, sheet)| only_here(sheet))
    }

    /// Leaves nothing of this visit behind, but what is frozen and has not arrived.
    fn leave_nothing(self) {
        self.over.set_value(true);
        if !self.gone.get_value() {
            self.ground().forget_invitation();
        }
        self.have(|keeper| keeper.forget());
    }

    /// Stops here: answers that were not sent are deleted.
    pub(super) fn end(self) {
        self.leave_nothing();
        for (_, sheet) in self.sheets() {
            if !sheet.delivery.is_under_way() {
                sheet.freezing.set(Freezing::Not);
                sheet.clear();
            }
        }
        self.finish(Step::Ended);
    }

    /// The answers of a step have arrived.
    fn arrived(self, step: Step, sheet: Sheet) {
        // Not of the contact details: whoever had both references could join names and answers.
        if step != Step::Contact {
            let uuid = sheet.delivery.receipt().map(|receipt| receipt.uuid).unwrap_or_default();
            self.tells("submitted", &[("part", self.part_id(step).into()), ("uuid", uuid.into())]);
        }
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
        let links =
            self.given(|given| given.admitted.wave.contact.clone().map(|form| form.permissions).unwrap_or_default());
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
