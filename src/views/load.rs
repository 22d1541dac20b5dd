//! The way in: what the link invites to, the study, its first questionnaires; then the first page, or what stands in the
//! way. On a first visit the other questionnaires come while the welcome is read.

use std::{future::poll_fn, pin::pin, rc::Rc, sync::Arc, task::Poll};

use leptos::prelude::*;

use super::{
    app,
    element::{Child, all, el, el_of},
    frame::languages,
    later::{Came, Later, Said, Stopped, Task, later},
    parts::{Look, contact_of, facts},
    resume,
    state::{Admitted, App, Forms, Given, Sheets, Slot, WayIn},
};
use crate::{
    browser::{self, FetchError, Ground, Standing},
    json::Json,
    questionnaire::{
        compact::{self, CompactError, Holds},
        text::Text,
    },
    study::{Invitation, Step, Study, Wave, refusal},
    words::{Day, Say, Tongue, Trouble},
};

/// What the loader gives the widget.
#[derive(Clone, Debug)]
pub(crate) struct Door {
    /// Address of the compiled manifest.
    pub(crate) study: String,
    /// The only wave that may be answered here, if the page around says so.
    pub(crate) wave: Option<String>,
    /// The invitation, as it stood in the link.
    pub(crate) token: String,
}

#[derive(Clone)]
#[allow(clippy::large_enum_variant, reason = "there is one of it")]
enum Loaded {
    Not,
    /// What is needed could not be fetched now.
    Unreachable(Option<Arc<Study>>),
    /// Something stands in the way.
    Stopped(&'static dyn Later, Trouble, Option<Arc<Study>>),
    /// Somebody began here before: is it the same person?
    Whose(Arc<Admitted>),
    /// Another tab is at it.
    OtherTab(Arc<Admitted>),
    Ready(App),
}

impl Loaded {
    /// The study, once it is known.
    fn study(&self) -> Option<Arc<Study>> {
        match self {
            Loaded::Not => None,
            Loaded::Unreachable(study) | Loaded::Stopped(_, _, study) => study.clone(),
            Loaded::Whose(admitted) | Loaded::OtherTab(admitted) => Some(admitted.study.clone()),
            Loaded::Ready(app) => Some(app.study()),
        }
    }
}

/// The widget, in the language that is `asked` for, as far as the study has it.
pub(crate) fn root(door: Door, ground: Rc<Ground>, asked: RwSignal<String>) -> AnyView {
    let loaded = RwSignal::new(Loaded::Not);
    let language = RwSignal::new(asked.get_untracked());
    Effect::new(move |first: Option<()>| {
        let asked = asked.get();
        if first.is_some() {
            language.set(asked);
            // Until the study is known it is taken as it is.
            if let Some(study) = loaded.with_untracked(Loaded::study) {
                settle(language, &study);
            }
        }
    });
    let enter = Enter {
        door: StoredValue::new(door),
        ground: StoredValue::new_local(ground.clone()),
        language,
        loaded,
        owner: StoredValue::new(Owner::current()),
    };
    enter.enter(Said::Nothing);
    let language_now = move || Some(language.get());
    el_of("div", "svar")
        .live_attr("lang", language_now)
        .live(move || match loaded.get() {
            Loaded::Not => loading(language),
            Loaded::Unreachable(study) => {
                all([header(language, study.as_ref()), unreachable(language, study, enter).into()])
            }
            Loaded::Stopped(later, what, study) => {
                let header = header(language, study.as_ref());
                all([header, later.stopped(Stopped { what, language, study, again: enter }).into()])
            }
            Loaded::Whose(admitted) => {
                let page = resume::crossing(
                    &enter.ground(),
                    language,
                    Say::ResumeTitle,
                    vec![Say::ResumeLead, Say::ResumeNoNote],
                    vec![
                        (Look::Primary, Say::ResumeYes, Box::new(move || enter.enter(Said::Mine))),
                        (Look::Secondary, Say::ResumeNo, Box::new(move || enter.enter(Said::NotMine))),
                    ],
                );
                all([header(language, Some(&admitted.study)), page.into()])
            }
            Loaded::OtherTab(admitted) => {
                let here: resume::Act = Box::new(move || enter.enter(Said::Here));
                let buttons = vec![(Look::Primary, Say::UseThisTab, here)];
                let page =
                    resume::crossing(&enter.ground(), language, Say::OtherTabTitle, vec![Say::OtherTabLead], buttons);
                all([header(language, Some(&admitted.study)), page.into()])
            }
            Loaded::Ready(app) => app::view(app),
        })
        .view()
}

/// The header before there is an app: the study's name as soon as it is known.
fn header(language: RwSignal<String>, study: Option<&Arc<Study>>) -> Child {
    let known = study.map(|study| study.languages.clone());
    let tags = known.unwrap_or_else(|| ["nb", "nn", "en"].map(str::to_owned).to_vec());
    let study = study.cloned();
    let title = move || {
        let title = study.as_ref().and_then(|study| language.with(|tag| study.say(&study.title, tag).map(Text::words)));
        title.unwrap_or_else(|| "Svar".to_owned())
    };
    let announcement = RwSignal::new(String::new());
    el_of("div", "svar-header")
        .child(el_of("p", "svar-hidden").attr("role", "status").say(move || announcement.get()))
        .child(el_of("p", "svar-brand").say(title))
        .child(languages(language, tags, announcement))
        .into()
}

fn loading(language: RwSignal<String>) -> AnyView {
    let words = move || language.with(|tag| Tongue::of(tag).say(&Say::Loading));
    el_of("div", "svar-page").child(el("p").attr("role", "status").say(words)).view()
}

fn unreachable(language: RwSignal<String>, study: Option<Arc<Study>>, enter: Enter) -> AnyView {
    let retry: resume::Act = Box::new(move || enter.once_more());
    let buttons = vec![(Look::Primary, Say::TryAgain, retry)];
    let page = resume::crossing(&enter.ground(), language, Say::UnreachableTitle, vec![Say::Unreachable], buttons);
    all([page.into(), study.map(|study| facts(contact_of(language, study))).into()])
}

/// Why nobody comes in; no trouble is told of what could not be reached now.
type NotReady = (Option<Trouble>, Option<Arc<Study>>);

/// The way in.
#[derive(Clone, Copy)]
pub(super) struct Enter {
    door: StoredValue<Door>,
    ground: StoredValue<Rc<Ground>, LocalStorage>,
    language: RwSignal<String>,
    loaded: RwSignal<Loaded>,
    /// What owns all that is made in here.
    owner: StoredValue<Option<Owner>>,
}

impl Enter {
    /// Comes in: loads what is needed, and finds what an earlier visit left.
    fn enter(self, said: Said) {
        // Whoever pressed a button to come in is led to the heading of what comes: the button is gone.
        let again = !matches!(*self.loaded.read_untracked(), Loaded::Not);
        if let Loaded::Ready(app) = &*self.loaded.read_untracked() {
            app.leaves();
        }
        self.loaded.set(Loaded::Not);
        self.ground().spawn(async move {
            match self.find(said, again).await {
                Ok(found) => {
                    match &found {
                        Loaded::Whose(admitted) | Loaded::OtherTab(admitted) => self.tells_ready(admitted),
                        Loaded::Ready(app) => app.given(|given| self.tells_ready(&given.admitted)),
                        _ => {}
                    }
                    // Another may have been asked for since the study came.
                    if let Some(study) = found.study() {
                        settle(self.language, &study);
                    }
                    self.loaded.set(found);
                }
                Err((why, study)) => self.stop(why, study).await,
            }
            if again {
                let ground = self.ground();
                request_animation_frame(move || ground.focus_heading());
            }
        });
    }

    /// Tells the page around that somebody can go on here.
    fn tells_ready(self, admitted: &Admitted) {
        let (study, wave) = (admitted.study.id.as_str(), admitted.wave.id.as_str());
        self.ground().tell("ready", &[("study", study.into()), ("wave", wave.into())]);
    }

    /// Comes in once more.
    pub(super) fn once_more(self) {
        self.enter(Said::Nothing);
    }

    /// Comes in by another invitation.
    pub(super) fn with(self, token: String) {
        self.ground().keep_invitation(&token);
        self.door.update_value(|door| door.token = token);
        self.once_more();
    }

    /// What the widget stands on.
    pub(super) fn ground(self) -> Rc<Ground> {
        self.ground.get_value()
    }

    /// The invitation, as it stood in the link.
    pub(super) fn token(self) -> String {
        self.door.with_value(|door| door.token.clone())
    }

    /// Says what stands in the way; the page for that is in the second part.
    async fn stop(self, why: Option<Trouble>, study: Option<Arc<Study>>) {
        let later = if why.is_some() { later().await.ok() } else { None };
        if later.is_none() {
            self.ground().tell("error", &[("code", "unreachable".into())]);
        }
        self.loaded.set(match (why, later) {
            (Some(why), Some(later)) => Loaded::Stopped(later, why, study),
            _ => Loaded::Unreachable(study),
        });
    }

    async fn find(self, said: Said, again: bool) -> Result<Loaded, NotReady> {
        let door = self.door.get_value();
        let admitted = Arc::new(admitted(&door, &self.ground(), self.language).await?);
        let study = admitted.study.clone();
        let with_study = |trouble: Option<Trouble>| (trouble, Some(study.clone()));
        let pseudonym = match admitted.invitation.sub.clone() {
            Some(pseudonym) => pseudonym,
            None => browser::uuid().ok_or_else(|| with_study(Some(Trouble::Browser)))?,
        };
        // Who was never here has left nothing, and need not wait for what could find it.
        let first = said == Said::Nothing && admitted.invitation.sub.is_none() && browser::keeps_nothing().await;
        let files = files(&admitted.wave);
        let files = files.iter().filter(|(slot, _)| !first || slot.is_first());
        let asked = browser::standing(&study.endpoint, &door.token);
        let (forms, standing) = both(load_forms(&door, files), asked).await;
        let in_the_way = in_the_way(&standing);
        // Who was here before may have left something that is still taken, or find the receipt of what was.
        if let Some(why) = in_the_way.filter(|_| first) {
            return Err(with_study(Some(why)));
        }
        let forms = forms.map_err(with_study)?;
        let mut begin = None;
        if !first {
            let later = later().await.map_err(|_| with_study(None))?;
            begin = match later.find(admitted.clone(), said, standing, in_the_way.is_some()).await {
                Came::Whose => return Ok(Loaded::Whose(admitted)),
                Came::OtherTab => return Ok(Loaded::OtherTab(admitted)),
                Came::Free(begin) => Some(begin),
            };
        }
        let owner = self.owner.get_value().unwrap_or_default();
        let app = owner.with(move || {
            let given = Given { sheets: Sheets::default(), admitted, pseudonym, permitted: false };
            App::new(self.ground(), given, self.language, Box::new(self))
        });
        app.moved.set_value(again);
        app.adds(forms, !first);
        match begin {
            Some(begin) => drop(app.kept_by(begin)),
            None => app.spawn(async move { drop(app.keeper().await) }),
        }
        let finished = matches!(app.place.get_untracked().step, Step::Finished(_));
        match in_the_way {
            Some(why) if !finished && !untrack(|| app.is_under_way()) => Err(with_study(Some(why))),
            _ => Ok(Loaded::Ready(app)),
        }
    }
}

/// Speaks the language of the study that is nearest to what was asked for.
fn settle(language: RwSignal<String>, study: &Study) {
    let nearest = language.with_untracked(|asked| study.nearest(asked).filter(|it| it != asked).map(str::to_owned));
    if let Some(nearest) = nearest {
        language.set(nearest);
    }
}

/// Whom the link lets in, and to what.
async fn admitted(door: &Door, ground: &Ground, language: RwSignal<String>) -> Result<Admitted, NotReady> {
    let mut study: Study =
        load(&door.study, true, |bytes| compact::decode(Holds::Study, bytes)).await.map_err(|why| (why, None))?;
    let may_be_here = ground.around().is_none_or(|around| study.may_be_embedded(&door.study, around));
    study.lies_at(&door.study);
    let study = Arc::new(study);
    let with_study = |trouble| (Some(trouble), Some(study.clone()));
    settle(language, &study);
    if !may_be_here {
        return Err(with_study(Trouble::NotHere));
    }
    let invitation =
        Invitation::read_by::<browser::Parsed>(&door.token).map_err(|why| with_study(Trouble::Invitation(why)))?;
    if invitation.study != study.id {
        return Err(with_study(Trouble::OtherStudy));
    }
    let wave = study.wave(&invitation.wave).cloned().ok_or_else(|| with_study(Trouble::NoSuchWave))?;
    if door.wave.as_ref().is_some_and(|only| *only != wave.id) {
        return Err(with_study(Trouble::OtherWave));
    }
    // Before anybody answers what could not be sent.
    if study.endpoint.key.is_some() && !browser::can_seal() {
        return Err(with_study(Trouble::Browser));
    }
    Ok(Admitted { study, wave: Arc::new(wave), invitation, token: door.token.clone() })
}

impl WayIn for Enter {
    fn again(&self) {
        self.enter(Said::Nothing);
    }

    fn rest(&self, wave: Arc<Wave>) -> Task<Result<Forms, Option<Trouble>>> {
        let door = self.door.get_value();
        Box::pin(async move {
            let files = files(&wave);
            load_forms(&door, files.iter().filter(|(slot, _)| !slot.is_first())).await
        })
    }

    fn blocked(&self, why: Trouble, study: Arc<Study>) {
        let enter = *self;
        self.ground().spawn(async move { enter.stop(Some(why), Some(study)).await });
    }
}

/// The questionnaires of a wave, in the order of their steps.
fn files(wave: &Wave) -> Vec<(Slot, String)> {
    let contact = wave.contact.as_ref();
    let before = [
        (Slot::Consent, wave.consent.as_ref().map(|consent| consent.file.clone())),
        (Slot::Contact, contact.map(|form| form.file.clone())),
        (Slot::ContactWithIdentity, contact.and_then(|form| form.with_identity.clone())),
    ];
    let before = before.into_iter().filter_map(|(slot, file)| Some((slot, file?)));
    before.chain(wave.parts.iter().enumerate().map(|(part, form)| (Slot::Part(part), form.file.clone()))).collect()
}

async fn load_forms(door: &Door, files: impl Iterator<Item = &(Slot, String)>) -> Result<Forms, Option<Trouble>> {
    let folder = door.study.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut forms = Vec::new();
    for (slot, file) in files {
        let form = load(&[folder, "/", file].concat(), false, compact::decode_form).await?;
        forms.push((*slot, Arc::new(form)));
    }
    Ok(forms)
}

async fn load<T>(
    address: &str,
    fresh: bool,
    decode: impl Fn(&[u8]) -> Result<T, CompactError>,
) -> Result<T, Option<Trouble>> {
    let bytes = browser::fetch(address, fresh).await.map_err(|why| match why {
        FetchError::Unreachable => None,
        FetchError::Missing => Some(Trouble::Missing),
    })?;
    decode(&bytes).map_err(|why| {
        Some(match why {
            CompactError::Foreign { .. } => Trouble::Foreign,
            CompactError::Version { .. } => Trouble::Version,
            CompactError::Truncated { .. } => Trouble::Truncated,
            CompactError::Damaged => Trouble::Damaged,
        })
    })
}

/// Why an endpoint that was asked would take nothing now. Where it does not say, it is asked with the answers.
fn in_the_way(standing: &Standing) -> Option<Trouble> {
    let state = match standing {
        Standing::Unknown => return None,
        Standing::Refused(why) if why == refusal::REVOKED => return Some(Trouble::Revoked),
        Standing::Refused(_) => return Some(Trouble::NotAdmitted),
        Standing::Told(state) => state,
    };
    let text = |name| state.get(name).and_then(|value| value.text());
    let day = |name| text(name).and_then(|date| Day::read(&date));
    match text("state")?.as_str() {
        "not-yet" => Some(Trouble::NotYet(day("firstDay"))),
        "grace" | "closed" => Some(Trouble::Closed(day("lastDay"))),
        _ => None,
    }
}

/// Waits for two things at once.
async fn both<A, B>(one: impl Future<Output = A>, other: impl Future<Output = B>) -> (A, B) {
    let (mut one, mut other) = (pin!(one), pin!(other));
    let (mut first, mut second) = (None, None);
    poll_fn(|context| {
        if first.is_none()
            && let Poll::Ready(found) = one.as_mut().poll(context)
        {
            first = Some(found);
        }
        if second.is_none()
            && let Poll::Ready(found) = other.as_mut().poll(context)
        {
            second = Some(found);
        }
        match (first.take(), second.take()) {
            (Some(first), Some(second)) => Poll::Ready((first, second)),
            (one, other) => {
                (first, second) = (one, other);
                Poll::Pending
            }
        }
    })
    .await
}
