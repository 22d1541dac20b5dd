//! Freezing: from the answers of a step to the bytes that are kept and sent, sealed where the study seals.

use crate::{
    browser,
    questionnaire::Filling,
    session::{flat, response},
    study::{EndpointKind, Step, Write},
    submission::{Frozen, Media, seal::Routing},
    views::{sheet::Sheet, state::App},
};

/// The frozen answers of a step; none if the browser cannot seal what must be sealed.
pub(super) async fn freeze(app: App, sheet: Sheet, step: Step) -> Option<Frozen> {
    use leptos::prelude::GetUntracked;

    let part = app.part_id(step);
    let language = app.language.get_untracked();
    let (uuid, authored) = (browser::uuid()?, browser::now());
    sheet.fill(Filling::Language, &language);
    let (endpoint, heading, routing) = app.given(|given| {
        let admitted = &given.admitted;
        let contact = admitted.study.contact_endpoint.clone().filter(|_| step == Step::Contact);
        let heading = response::Heading { uuid: uuid.clone(), pseudonym: given.pseudonym.clone(), authored };
        let routing = (admitted.study.id.clone(), admitted.wave.id.clone());
        (contact.unwrap_or_else(|| admitted.study.endpoint.clone()), heading, routing)
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
