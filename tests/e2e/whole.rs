//! The whole of Q1, and the ways out of it.

use std::{collections::BTreeSet, fs, path::PathBuf};

use serde_json::Value;
use svar::{
    questionnaire::ItemId,
    tools::jose::{self, PrivateKey},
    words::{Say, Told},
};

use crate::{
    browser::browse,
    judge::Judge,
    keyboard,
    plan::{Answer, Manner, Paper, Question},
    policy,
    respondent::{Respondent, Spoken},
    server::{Server, root},
    waves::says_how_long,
};

/// What answers are given with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hand {
    /// A mouse, or a finger.
    Pointer,
    /// The keyboard alone.
    Keyboard,
}

/// Where a walk is when the test may look.
pub(crate) enum Moment<'p, 'a> {
    /// Somewhere that nothing is asked for the study: welcome, receipt, overview.
    Between,
    /// On a page that was just opened.
    Opened(&'p Paper<'a>, ItemId),
    /// On a page whose every question was answered.
    Filled(&'p Paper<'a>, ItemId),
}

/// One person's way through a wave.
pub(crate) struct Walk<'a> {
    pub(crate) person: &'a Respondent,
    pub(crate) server: &'a Server,
    pub(crate) wave: &'static str,
    pub(crate) hand: Hand,
    pub(crate) manner: Manner,
    pub(crate) seed: u64,
}

impl<'a> Walk<'a> {
    /// From the link to the last receipt; `look` looks at each page on the way.
    pub(crate) async fn to_the_end(&self, mut look: impl AsyncFnMut(Moment<'_, 'a>)) -> Vec<Paper<'a>> {
        self.welcome(&mut look).await;
        let mut papers: Vec<Paper<'a>> = Vec::new();
        let wave = self.server.study().wave(self.wave).expect("a wave of the study");
        let stem = |file: &'a str| file.strip_suffix(".json").expect("a questionnaire's file");
        if let Some(consent) = &wave.consent {
            papers.push(self.fill(stem(&consent.file), &mut look).await);
            self.person.is_at_say(Told::ConsentReceivedTitle).await;
            look(Moment::Between).await;
            self.presses(Say::GoOn).await;
        }
        if wave.contact.is_some() {
            self.skips_contact(&papers, &mut look).await;
        }
        for (place, part) in wave.parts.iter().enumerate() {
            let paper = self.fill_after(stem(&part.file), papers.last(), &mut look).await;
            papers.push(paper);
            if place + 1 < wave.parts.len() {
                self.person.is_at_say(Told::PartReceivedTitle).await;
                look(Moment::Between).await;
                self.presses(Told::GoOnWithRest).await;
            }
        }
        self.person.is_at_say(Told::ReceivedTitle).await;
        look(Moment::Between).await;
        papers
    }

    /// Past the contact details, which are asked for with the number if the consent permits a register.
    async fn skips_contact(&self, papers: &[Paper<'a>], look: &mut impl AsyncFnMut(Moment<'_, 'a>)) {
        let person = self.person;
        let permissions = ["consent.absence-data", "consent.health-care-data"];
        let permitted = permissions.into_iter().any(|link_id| papers.iter().any(|paper| paper.ticked(link_id)));
        let pages = [Some(person.contact()), permitted.then(|| person.identity())];
        for heading in pages.into_iter().flatten() {
            person.is_at(heading).await;
            look(Moment::Between).await;
            self.presses(Say::SkipContact).await;
        }
    }

    async fn welcome(&self, look: &mut impl AsyncFnMut(Moment<'_, 'a>)) {
        let person = self.person;
        person.opens(&self.server.link_to(self.wave, person.language())).await;
        look(Moment::Between).await;
        self.presses(Say::Start).await;
        person.is_at_say(Say::DeviceTitle).await;
        look(Moment::Between).await;
        let (question, own) = (person.say(Say::DeviceQuestion), person.say(Say::DeviceOwn));
        match self.hand {
            Hand::Pointer => person.chooses(&question, &own).await,
            Hand::Keyboard => {
                person.types(thirtyfour::Key::Tab).await;
                let focus = person.focus().await;
                assert_eq!((focus.role.as_str(), focus.group.as_deref()), ("radio", Some(&*question)), "{focus:?}");
                person.types(thirtyfour::Key::Space).await;
            }
        }
        self.presses(Say::Next).await;
    }

    /// Answers one questionnaire, page by page, and sends it.
    pub(crate) async fn fill(&self, stem: &str, look: &mut impl AsyncFnMut(Moment<'_, 'a>)) -> Paper<'a> {
        self.fill_after(stem, None, look).await
    }

    /// The same, with what was answered in the part before.
    async fn fill_after(
        &self,
        stem: &str,
        before: Option<&Paper<'a>>,
        look: &mut impl AsyncFnMut(Moment<'_, 'a>),
    ) -> Paper<'a> {
        let paper = self.answer_after(stem, before, look).await;
        if stem != "consent" {
            self.presses(Say::Send).await;
        }
        paper
    }

    /// Answers one questionnaire, page by page, and checks the overview; a consent has none, and is sent.
    pub(crate) async fn answer(&self, stem: &str, look: &mut impl AsyncFnMut(Moment<'_, 'a>)) -> Paper<'a> {
        self.answer_after(stem, None, look).await
    }

    async fn answer_after(
        &self,
        stem: &str,
        before: Option<&Paper<'a>>,
        look: &mut impl AsyncFnMut(Moment<'_, 'a>),
    ) -> Paper<'a> {
        let person = self.person;
        let mut paper = Paper::new(self.server.questionnaire(stem), person.language(), self.manner, self.seed);
        let invitation = self.server.invitation_to(self.wave);
        let about = [("study", &invitation.study), ("wave", &invitation.wave), ("unit", &invitation.unit)].into_iter();
        let about = about.chain(invitation.variant.as_ref().map(|variant| ("variant", variant)));
        for (name, known) in about {
            paper.knows(&format!("about.{name}"), known);
        }
        if let Some(before) = before {
            paper.carries_from(before);
        }
        let consent = stem == "consent";
        let mut last = None;
        while let Some(page) = paper.session.pages().into_iter().find(|page| last.is_none_or(|last| *page > last)) {
            last = Some(page);
            person.is_at(&paper.words(page)).await;
            let (number, of) = paper.progress(page);
            let progress = if of > 1 { person.say(Say::PageOf { page: number, of }) } else { String::new() };
            assert_eq!(person.looks().await.progress, progress);
            look(Moment::Opened(&paper, page)).await;
            let next = if consent { Say::GiveConsent } else { Say::Next };
            match self.hand {
                Hand::Keyboard => keyboard::page(person, &mut paper, page, &person.say(next)).await,
                Hand::Pointer => {
                    while let Some(question) = paper.next(page) {
                        person.gives(&question).await;
                        paper.enter(&question);
                    }
                    look(Moment::Filled(&paper, page)).await;
                    // Where open questions were pointed out, the button is called otherwise.
                    let on = person.say(Say::GoOn);
                    person.presses(if person.has("button", &on).await { on } else { person.say(next) }.as_str()).await;
                }
            }
        }
        if !consent {
            person.is_at_say(Say::ReviewTitle).await;
            look(Moment::Between).await;
            check_overview(person, &paper).await;
        }
        paper.knows("about.language", person.language());
        paper
    }

    pub(crate) async fn presses(&self, button: impl Spoken) {
        let button = self.person.say(button);
        match self.hand {
            Hand::Pointer => self.person.presses(&button).await,
            Hand::Keyboard => keyboard::presses(self.person, &button).await,
        }
    }
}

impl Respondent {
    /// Answers a question as planned.
    pub(crate) async fn gives(&self, question: &Question) {
        match &question.answer {
            Answer::One(option, _) => self.chooses(&question.words, option).await,
            Answer::Some(several) => {
                for option in several {
                    self.ticks_in(&question.words, option).await;
                }
            }
            Answer::Ranked(several) => {
                for option in several {
                    self.presses_say(Told::RankAdd(option.clone())).await;
                }
            }
            Answer::Tick(true) => self.ticks(&question.words).await,
            Answer::Tick(false) => {}
            Answer::Text(text) => self.writes(&question.words, text).await,
            Answer::Slide { value, .. } => self.writes(&question.words, &value.to_string()).await,
        }
    }
}

/// The overview shows every question that was asked, in order, with its answer.
async fn check_overview(person: &Respondent, paper: &Paper<'_>) {
    let rows: Vec<Vec<String>> = serde_json::from_value(person.rows().await).expect("rows");
    let questions = paper.session.pages().into_iter().flat_map(|page| paper.session.questions(page));
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let expected: Vec<Vec<String>> = questions
        .map(|id| {
            let shown = &paper.shown[&paper.session.form().item(id).link_id];
            vec![plain(&paper.words(id)), plain(shown), person.say(Say::Change)]
        })
        .collect();
    assert_eq!(rows, expected);
}

/// What was stored is what was entered, and valid by a judge that shares no code with the engine.
pub(crate) fn check_stored(server: &Server, papers: &[Paper<'_>]) {
    check_stored_of("q1", server, papers);
}

/// The same of another wave, or another study; what was sealed is opened by the study's demonstration key.
pub(crate) fn check_stored_of(wave: &str, server: &Server, papers: &[Paper<'_>]) {
    let rows = server.rows();
    assert_eq!(rows.len(), papers.len(), "rows");
    let mut judge = Judge::start(true);
    let mut pseudonyms = BTreeSet::new();
    for (row, paper) in rows.iter().zip(papers) {
        let text = match row.media_type.as_str() {
            "application/jose" => opened(server, &row.body),
            other => {
                assert_eq!(other, "application/fhir+json");
                row.body.clone()
            }
        };
        let body: Value = serde_json::from_str(&text).expect("a body of JSON");
        paper.compare(&body);
        assert_eq!((row.study.as_str(), row.wave.as_str()), (server.study().id.as_str(), wave));
        let pseudonym = body["subject"]["identifier"]["value"].as_str().expect("a pseudonym").to_owned();
        assert!(row.pseudonym == pseudonym || row.media_type == "application/jose", "{pseudonym}");
        pseudonyms.insert(pseudonym);
        assert_eq!(body["identifier"]["value"], format!("urn:uuid:{}", row.id));
        judge.register("paper", paper.source);
        assert_eq!(judge.problems("paper", &text), Vec::<String>::new(), "{}", row.questionnaire);
    }
    assert_eq!(pseudonyms.len(), 1, "one person, one pseudonym");
}

/// What is in a sealed body, by the private keys that lie beside a demonstration.
fn opened(server: &Server, body: &str) -> String {
    let folder = root().join("studies").join(&server.study().id).join("demonstration-keys");
    let files = fs::read_dir(folder).expect("the keys").map(|entry| entry.expect("a file").path());
    let keys = files.filter(|file| file.extension().is_some_and(|ending| ending == "json"));
    let read = |file: PathBuf| PrivateKey::read(&fs::read_to_string(file).expect("a key")).expect("a key");
    let keys: Vec<PrivateKey> = keys.map(read).collect();
    String::from_utf8(jose::open(&keys, body).expect("a body sealed to a demonstration key").plain).expect("text")
}

async fn whole(name: &str, language: &str, hand: Hand, width: u32, seed: u64) {
    let server = Server::start().await;
    browse(name, &server, language, async |person| {
        if width < 1280 {
            person.has_a_screen_of(width, 740).await;
        }
        let walk = Walk { person, server: &server, wave: "q1", hand, manner: Manner::EveryBranchOpen, seed };
        let papers = walk
            .to_the_end(async |_| {
                let room = person.script("return [document.documentElement.scrollWidth, innerWidth]", vec![]).await;
                let (needs, has) = (room[0].as_u64().expect("pixels"), room[1].as_u64().expect("pixels"));
                assert!(needs <= has, "the page needs {needs} px and has {has}: {:?}", person.looks().await);
            })
            .await;
        for paper in &papers {
            assert_eq!(paper.never_asked(), Vec::<&str>::new(), "a branch stayed closed");
        }
        check_stored(&server, &papers);
        says_how_long(&server, "q1", person.language(), &papers);
        policy::nothing_reported(person).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whole_q1_in_nb() {
    whole("whole_q1_in_nb", "nb", Hand::Pointer, 1280, 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whole_q1_in_nn() {
    whole("whole_q1_in_nn", "nn", Hand::Pointer, 1280, 22).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whole_q1_in_en() {
    whole("whole_q1_in_en", "en", Hand::Pointer, 1280, 2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whole_q1_by_keyboard() {
    whole("whole_q1_by_keyboard", "nb", Hand::Keyboard, 1280, 3).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whole_q1_at_360_px() {
    whole("whole_q1_at_360_px", "nb", Hand::Pointer, 360, 4).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_branch_closed() {
    let server = Server::start().await;
    browse("every_branch_closed", &server, "nb", async |person| {
        let walk = Walk {
            person,
            server: &server,
            wave: "q1",
            hand: Hand::Pointer,
            manner: Manner::EveryBranchClosed,
            seed: 5,
        };
        let papers = walk.to_the_end(async |_| {}).await;
        for paper in &papers {
            // What is asked only under a condition was not asked at all.
            assert_eq!(paper.never_asked(), paper.conditional());
        }
        check_stored(&server, &papers);
        says_how_long(&server, "q1", person.language(), &papers);
        policy::nothing_reported(person).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn declining_sends_nothing() {
    let server = Server::start().await;
    browse("declining_sends_nothing", &server, "nb", async |person| {
        person.comes_to_the_consent(&server.link("nb")).await;
        // What was ticked before does not matter either.
        person.ticks(person.taking_part()).await;
        person.presses("Jeg vil ikke delta").await;
        person.is_at("Du deltar ikke").await;
        person.sees("vi har ikke mottatt noe fra deg").await;
        assert_eq!(server.submissions().len(), 0, "requests to the collector");
        assert_eq!(server.rows(), vec![]);
        // One may change one's mind.
        person.presses("Tilbake").await;
        person.is_at("Samtykke").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopping_after_the_core() {
    let server = Server::start().await;
    browse("stopping_after_the_core", &server, "en", async |person| {
        let walk = Walk {
            person,
            server: &server,
            wave: "q1",
            hand: Hand::Pointer,
            manner: Manner::EveryBranchClosed,
            seed: 6,
        };
        person.comes_to_the_consent(&server.link("en")).await;
        let mut papers = vec![walk.fill("consent", &mut async |_| {}).await];
        person.is_at("Your consent has been received").await;
        person.presses("Continue").await;
        walk.skips_contact(&papers, &mut async |_| {}).await;
        papers.push(walk.fill("q1-core", &mut async |_| {}).await);
        person.is_at("Thank you! The first part has been received").await;
        person.presses("Stop here").await;
        person.is_at("Thank you for your help!").await;
        assert_eq!(server.received(), ["health-at-work-consent", "health-at-work-q1-core"]);
        assert_eq!(server.submissions().len(), 2);
        check_stored(&server, &papers);
        policy::nothing_reported(person).await;
    })
    .await;
}
