//! A personal invitation on two devices: the second one goes on from what has arrived, and asks nothing twice.

use svar::{
    study::Invitation,
    words::{Say, Told},
};

use crate::{
    browser::browse,
    tiny::{self, HEALTH, Visitor},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_goes_on_on_another_device() {
    let server = tiny::study(|_| {}).await;
    browse("a_person_goes_on_on_another_device", &server, "nb", async |person| {
        let pseudonym = "6f1c0c1e-1b7a-4a51-9d7e-0f6f3c1c2b11";
        let invitation = Invitation { sub: Some(pseudonym.into()), ..server.invitation() };
        let link = server.link_with("nb", &server.sign(&invitation));
        let visitor = Visitor::new(person, true, "på den andre telefonen");
        person.opens(&link).await;
        visitor.goes_on_to(HEALTH).await;

        tiny::forget_everything(person, &server).await;
        person.opens(&link).await;
        person.presses_say(Say::Start).await;
        visitor.acts(&person.say(Say::DeviceTitle)).await;
        // The consent is there: its receipt, not its questions.
        person.is_at_say(Told::ConsentReceivedTitle).await;
        visitor.goes_on_to_say(Told::ReceivedTitle).await;
        let rows = server.rows();
        assert_eq!(rows.len(), 2, "one consent, one core");
        assert!(rows.iter().all(|row| row.pseudonym == pseudonym));

        // And whoever opens it once more finds the receipt at once, and nothing to answer.
        tiny::forget_everything(person, &server).await;
        person.opens(&link).await;
        person.is_at_say(Told::ReceivedTitle).await;
        assert!(!person.has("button", &person.say(Say::Start)).await);
        assert_eq!(server.rows().len(), 2);
    })
    .await;
}
