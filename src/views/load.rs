//! The way in: what the link invites to, the study, its questionnaires; then the first page, or what stands in the way.

use std::sync::Arc;

use leptos::{prelude::*, task::spawn_local};

use super::{
    app,
    element::{all, el, el_of},
    frame::languages,
    sheet::Sheet,
    state::App,
    trouble::trouble,
};
use crate::{
    browser::{self, FetchError},
    questionnaire::compact::{self, CompactError, Holds},
    session::Session,
    study::{Invitation, Study},
    words::{Say, Tongue, Trouble},
};

/// What the loader gives the widget.
#[derive(Clone, Debug)]
pub(crate) struct Door {
    /// Address of the compiled manifest.
    pub(crate) study: String,
    /// The invitation, as it stood in the link.
    pub(crate) token: String,
    /// The language asked for, if any.
    pub(crate) language: Option<String>,
}

#[derive(Clone)]
enum Loaded {
    Not,
    Trouble(Trouble, Option<Arc<Study>>),
    Ready(App),
}

/// The widget.
pub(crate) fn root(door: Door) -> AnyView {
    let language = RwSignal::new(door.language.clone().unwrap_or_else(|| "nb".to_owned()));
    let loaded = RwSignal::new(Loaded::Not);
    let owner = Owner::current().unwrap_or_default();
    let load = move || {
        let (door, owner) = (door.clone(), owner.clone());
        loaded.set(Loaded::Not);
        spawn_local(async move {
            let found = match ready(&door, language, &owner).await {
                Ok(app) => Loaded::Ready(app),
                Err((trouble, study)) => Loaded::Trouble(trouble, study),
            };
            loaded.set(found);
        });
    };
    load();
    let load = StoredValue::new_local(load);
    let language_now = move || Some(language.get());
    el_of("div", "svar")
        .live_attr("lang", language_now)
        .live(move || match loaded.get() {
            Loaded::Not => loading(language),
            Loaded::Trouble(what, study) => {
                let tags = study
                    .as_ref()
                    .map_or_else(|| vec!["nb".to_owned(), "en".to_owned()], |study| study.languages.clone());
                let header = el_of("header", "svar-header")
                    .child(el_of("p", "svar-brand").text("Svar"))
                    .child(languages(language, tags, RwSignal::new(String::new())));
                let again = move || load.with_value(|load| load());
                all([header.into(), trouble(what, language, study, again).into()])
            }
            Loaded::Ready(app) => app::view(app),
        })
        .view()
}

fn loading(language: RwSignal<String>) -> AnyView {
    let words = move || language.with(|tag| Tongue::of(tag).say(&Say::Loading));
    el_of("div", "svar-page").child(el("p").attr("role", "status").say(words)).view()
}

type NotReady = (Trouble, Option<Arc<Study>>);

async fn ready(door: &Door, language: RwSignal<String>, owner: &Owner) -> Result<App, NotReady> {
    let study: Study =
        load(&door.study, |bytes| compact::decode(Holds::Study, bytes)).await.map_err(|why| (why, None))?;
    let study = Arc::new(study);
    let with_study = |trouble| (trouble, Some(study.clone()));
    if !study.languages.iter().any(|tag| language.with_untracked(|now| now == tag)) {
        language.set(study.languages.first().cloned().unwrap_or_default());
    }
    let invitation =
        Invitation::read_by::<browser::Parsed>(&door.token).map_err(|why| with_study(Trouble::Invitation(why)))?;
    if invitation.study != study.id {
        return Err(with_study(Trouble::OtherStudy));
    }
    let wave = study.wave(&invitation.wave).cloned().ok_or_else(|| with_study(Trouble::NoSuchWave))?;
    let folder = door.study.rsplit_once('/').map_or("", |(folder, _)| folder);
    let files = wave.consent.iter().map(|consent| &consent.file).chain(wave.parts.iter().map(|part| &part.file));
    let mut forms = Vec::new();
    for file in files {
        // Nothing is asked before everything that will be asked can be shown.
        let form = load(&format!("{folder}/{file}"), compact::decode_form).await.map_err(with_study)?;
        forms.push(Arc::new(form));
    }
    let pseudonym = match invitation.sub.clone() {
        Some(pseudonym) => pseudonym,
        None => browser::uuid().ok_or_else(|| with_study(Trouble::Damaged))?,
    };
    let token = door.token.clone();
    Ok(owner.with(|| {
        let sheets = forms.into_iter().map(|form| Sheet::new(Session::new(form))).collect();
        App::new(study.clone(), Arc::new(wave), invitation, token, pseudonym, language, sheets)
    }))
}

async fn load<T>(address: &str, decode: impl Fn(&[u8]) -> Result<T, CompactError>) -> Result<T, Trouble> {
    let bytes = browser::fetch(address).await.map_err(|why| match why {
        FetchError::Unreachable => Trouble::Unreachable,
        FetchError::Missing => Trouble::Missing,
    })?;
    decode(&bytes).map_err(|why| match why {
        CompactError::Foreign { .. } => Trouble::Foreign,
        CompactError::Version { .. } => Trouble::Version,
        CompactError::Truncated { .. } => Trouble::Truncated,
        CompactError::Damaged => Trouble::Damaged,
    })
}
