//! The keyboard alone: Tab to everything, and at every stop the focus can be seen.

use svar::questionnaire::ItemId;
use thirtyfour::Key;

use crate::{
    plan::{Answer, Paper, Question},
    respondent::{Focus, Respondent},
};

/// More stops than any page has.
const FAR: usize = 400;

/// Presses a key so many times.
async fn press(person: &Respondent, key: Key, times: usize) {
    if times > 0 {
        person.types(key.value().to_string().repeat(times)).await;
    }
}

/// Goes on to the next stop, which must be in sight and look focused.
async fn tab(person: &Respondent) -> Focus {
    press(person, Key::Tab, 1).await;
    let focus = person.focus().await;
    assert!(focus.seen, "the focus is out of sight or covered: {focus:?}");
    assert!(focus.ring, "nothing shows the focus: {focus:?}");
    focus
}

/// Goes on to the thing of this role with these words.
pub(crate) async fn reach(person: &Respondent, role: &str, words: &str) {
    for _ in 0..FAR {
        let focus = tab(person).await;
        if focus.role == role && focus.name == words {
            return;
        }
    }
    panic!("Tab never came to the {role} «{words}»");
}

/// Goes on to a button and presses it.
pub(crate) async fn presses(person: &Respondent, button: &str) {
    reach(person, "button", button).await;
    press(person, Key::Enter, 1).await;
}

/// Answers the questions of a page as Tab comes to them, then presses the button.
pub(crate) async fn page(person: &Respondent, paper: &mut Paper<'_>, page: ItemId, button: &str) {
    for stop in 0..FAR {
        let focus = tab(person).await;
        if stop == 3 {
            there_and_back(person, &focus).await;
        }
        if focus.role == "button" && focus.name == button {
            assert_eq!(paper.unanswered(page), 0, "Tab came to «{button}» before every question");
            press(person, Key::Enter, 1).await;
            return;
        }
        let question = match paper.named(page, focus.question()) {
            None => focus.group.as_deref().and_then(|group| paper.named(page, group)),
            found => found,
        };
        if let Some(question) = question {
            assert_eq!(Some(question.id), paper.first_open(page), "Tab came to «{}» out of turn", question.words);
            gives(person, &focus, &question).await;
            paper.enter(&question);
        }
    }
    panic!("Tab never came to «{button}»");
}

/// Shift and Tab lead back to where Tab came from.
async fn there_and_back(person: &Respondent, here: &Focus) {
    person.holds(Key::Shift, Key::Tab).await;
    let before = person.focus().await;
    assert_ne!(&before, here, "Shift and Tab stay");
    assert!(before.seen && before.ring, "{before:?}");
    press(person, Key::Tab, 1).await;
    assert_eq!(&person.focus().await, here, "Tab leads on from where Shift and Tab led back");
}

async fn gives(person: &Respondent, focus: &Focus, question: &Question) {
    match &question.answer {
        Answer::One(words, place) => {
            // The first option is where Tab stops; the arrows choose as they go.
            if *place == 0 {
                press(person, Key::Space, 1).await;
            } else {
                press(person, Key::Down, *place).await;
            }
            let chosen = person.has_focus(&format!("on «{words}»"), |focus| focus.name == *words).await;
            assert_eq!(chosen.checked, Some(true), "{chosen:?}");
            assert!(chosen.seen && chosen.ring, "{chosen:?}");
            // Escape is the page's: here it neither takes the answer back nor the focus away.
            press(person, Key::Escape, 1).await;
            assert_eq!(person.focus().await, chosen, "after Escape");
        }
        Answer::Some(several) => {
            // Here each option is a stop of its own.
            let mut left: Vec<&str> = several.iter().map(String::as_str).collect();
            let mut at = focus.clone();
            loop {
                assert_eq!(at.question_or_group(), question.words, "Tab left the question");
                if let Some(place) = left.iter().position(|words| *words == at.name) {
                    press(person, Key::Space, 1).await;
                    left.remove(place);
                }
                if left.is_empty() {
                    return;
                }
                at = tab(person).await;
            }
        }
        Answer::Ranked(_) => panic!("ranked by keyboard elsewhere"),
        Answer::Tick(true) => press(person, Key::Space, 1).await,
        Answer::Tick(false) => {}
        Answer::Text(text) => person.types(text.as_str()).await,
        Answer::Slide { value, min, max } => {
            assert_eq!(focus.role, "slider");
            if value - min <= max - value {
                press(person, Key::Home, 1).await;
                press(person, Key::Right, (value - min) as usize).await;
            } else {
                press(person, Key::End, 1).await;
                press(person, Key::Left, (max - value) as usize).await;
            }
            let at = person.focus().await;
            assert_eq!(at.value.as_deref(), Some(value.to_string().as_str()));
        }
    }
}

impl Focus {
    fn question_or_group(&self) -> &str {
        self.group.as_deref().unwrap_or(&self.name)
    }
}
