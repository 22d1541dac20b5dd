//! Ranking: what is offered on the one hand, on the other what was chosen, in an order that buttons or a finger change.

use leptos::prelude::*;

use super::told;
use crate::{
    browser::Held,
    questionnaire::ItemId,
    session::{Changes, Session, Value},
    views::{
        element::{Child, Element, all, el, el_of},
        marks::{Page, id_of},
        question::Around,
    },
    words::{Told, Tongue},
};

/// A ranked choice.
pub(super) fn view(page: Page, id: ItemId) -> AnyView {
    let around = Around::new(page, id);
    let ranking = Ranking { page, id, held: StoredValue::new_local(None) };
    el_of("fieldset", "svar-question svar-ranking")
        .attr("id", id_of(id))
        .attr("tabindex", "-1")
        .live_attr("lang", around.language())
        .live_attr("aria-describedby", around.described_by(&["count"]))
        .child(el_of("legend", "svar-question-label").say(around.words()))
        .child(around.notes())
        .child(el_of("p", "svar-ranking-count").attr("id", ranking.name("count")).say(move || ranking.count()))
        .live(move || ranking.chosen())
        .live(move || ranking.offered())
        .view()
}

#[derive(Clone, Copy)]
struct Ranking {
    page: Page,
    id: ItemId,
    /// What a finger or the mouse holds.
    held: StoredValue<Option<Held>, LocalStorage>,
}

/// One option: its place in the list of options, and its words.
#[derive(Clone)]
struct Choice {
    option: u16,
    words: String,
}

impl Ranking {
    fn name(self, what: &str) -> String {
        [&id_of(self.id), "-", what].concat()
    }

    fn say(self, what: &Told) -> String {
        self.page.app.language.with(|tag| Tongue::of(tag).told(what))
    }

    fn watch<T>(self, read: impl FnOnce(&Session) -> T) -> T {
        self.page.sheet.watch(self.id, read)
    }

    fn words(self, session: &Session, option: u16) -> Choice {
        let (form, language) = (session.form(), self.page.app.language.read());
        let text = form.options(self.id).get(usize::from(option)).and_then(|option| option.text);
        Choice { option, words: form.text(text, &language).map_or_else(String::new, |(text, _)| text.words()) }
    }

    /// How many there are, and how many there may be.
    fn count(self) -> String {
        let (chosen, of, full) = self.watch(|session| {
            let chosen = session.counting(self.id).len();
            (chosen, usize::from(session.most(self.id).unwrap_or(u8::MAX)), session.is_full(self.id))
        });
        self.say(&if full { Told::RankFull { of } } else { Told::RankCount { chosen, of } })
    }

    fn ranked(self, session: &Session) -> Vec<u16> {
        let option = |value: &Value| match value {
            Value::Option(option) => Some(*option),
            _ => None,
        };
        session.counting(self.id).iter().filter_map(option).collect()
    }

    /// What was chosen, first what matters most.
    fn chosen(self) -> Option<AnyView> {
        let rows: Vec<Choice> =
            self.watch(|session| self.ranked(session).into_iter().map(|option| self.words(session, option)).collect());
        let last = rows.len();
        let row = |(place, choice): (usize, Choice)| self.row(place, last, choice).view();
        let rows: Vec<AnyView> = (1..).zip(rows).map(row).collect();
        let title = self.name("chosen");
        let list = el_of("ol", "svar-ranking-chosen").attr("aria-labelledby", title.as_str()).child(rows);
        let words = told(self.page.app, Told::RankChosen);
        (last > 0).then(|| all([el_of("p", "svar-ranking-title").attr("id", title).say(words).into(), list.into()]))
    }

    fn row(self, place: usize, last: usize, choice: Choice) -> Element {
        let option = choice.option;
        let quoted = |told: fn(String) -> Told| self.say(&told(choice.words.clone()));
        let up = self.button(option, "up", quoted(Told::RankUp), "↑", place == 1).on("click", move |_| {
            self.moves(option, "up", |session, id| session.move_up(id, option));
        });
        let down = self.button(option, "down", quoted(Told::RankDown), "↓", place == last).on("click", move |_| {
            self.moves(option, "down", |session, id| session.move_down(id, option));
        });
        let gone = choice.clone();
        let remove = self.button(option, "remove", quoted(Told::RankRemove), "×", false).on("click", move |_| {
            self.page.sheet.act(|session| session.remove(self.id, option));
            self.tells(Told::RankRemoved(gone.words.clone()));
            self.focuses_soon(self.button_id(option, "add"));
        });
        let grip = el_of("span", "svar-ranking-place")
            .text(place.to_string())
            // Else the end of a drag is a fling to the browser, which makes no click of a tap while that lasts.
            .on("touchstart", |event| event.prevent_default())
            .on("pointerdown", move |event| self.held.set_value(Held::by(&event)))
            .on("pointermove", move |event| {
                self.held.with_value(|held| held.iter().for_each(|held| held.moves(&event)));
            })
            .on("pointercancel", move |_| {
                self.lets_go();
            })
            .on("pointerup", move |_| {
                if let Some(place) = self.lets_go() {
                    self.act(option, |session, id| session.move_to(id, option, place));
                }
            });
        el_of("li", "svar-ranking-row")
            .child(grip)
            .child(el_of("span", "svar-ranking-text").text(choice.words))
            .child(el_of("span", "svar-ranking-buttons").child(up).child(down).child(remove))
    }

    /// Puts the focus on a button as soon as it is there.
    fn focuses_soon(self, id: String) {
        let ground = self.page.app.ground();
        request_animation_frame(move || ground.focus(&id));
    }

    fn button_id(self, option: u16, what: &str) -> String {
        [&id_of(self.id), "-", &option.to_string(), "-", what].concat()
    }

    /// One that cannot do anything now keeps its place and the focus.
    fn button(self, option: u16, what: &'static str, name: String, sign: &'static str, idle: bool) -> Element {
        el_of("button", "svar-button svar-ranking-button")
            .attr("type", "button")
            .attr("id", self.button_id(option, what))
            .attr("aria-label", name)
            .maybe_attr("aria-disabled", idle.then_some("true"))
            .text(sign)
    }

    /// What is offered and not chosen.
    fn offered(self) -> Option<AnyView> {
        let (left, full) = self.watch(|session| {
            let options = (0_u16..).take(session.form().options(self.id).len());
            let chosen = self.ranked(session);
            let left = options.filter(|option| !chosen.contains(option) && session.offers(self.id, *option));
            let left: Vec<Choice> = left.map(|option| self.words(session, option)).collect();
            (left, session.is_full(self.id))
        });
        if left.is_empty() {
            return None;
        }
        let next: Vec<u16> = left.iter().map(|choice| choice.option).collect();
        let add = |choice: Choice| {
            let option = choice.option;
            // The next one, or the one before, takes over the focus.
            let after = next.iter().copied().find(|other| *other > option);
            let neighbour = after.or_else(|| next.iter().copied().rfind(|other| *other < option));
            let button = el_of("button", "svar-button svar-ranking-add")
                .attr("type", "button")
                .attr("id", self.button_id(option, "add"))
                .attr("aria-label", self.say(&Told::RankAdd(choice.words.clone())))
                .maybe_attr("aria-disabled", full.then_some("true"))
                .text(choice.words)
                .on("click", move |_| {
                    if full {
                        return self
                            .tells(Told::RankFull { of: self.page.sheet.read(|session| self.ranked(session).len()) });
                    }
                    self.act(option, |session, id| session.choose(id, option));
                    self.focuses_soon(match neighbour {
                        Some(neighbour) => self.button_id(neighbour, "add"),
                        None => self.button_id(option, "up"),
                    });
                });
            el("li").child(button).view()
        };
        let rows: Vec<AnyView> = left.into_iter().map(add).collect();
        let title = self.name("offered");
        let list = el_of("ul", "svar-ranking-offered").attr("aria-labelledby", title.as_str()).child(Child::from(rows));
        let words = told(self.page.app, Told::RankOffered);
        Some(all([el_of("p", "svar-ranking-title").attr("id", title).say(words).into(), list.into()]))
    }

    /// Moves an option, whose button keeps the focus.
    fn moves(self, option: u16, what: &str, command: impl FnOnce(&mut Session, ItemId) -> Changes) {
        self.act(option, command);
        self.focuses_soon(self.button_id(option, what));
    }

    /// Changes where an option stands, and says so to those who do not see it.
    fn act(self, option: u16, command: impl FnOnce(&mut Session, ItemId) -> Changes) {
        self.page.sheet.act(|session| command(session, self.id));
        let stands = self.page.sheet.read(|session| {
            let place = session.place_of(self.id, option)?.saturating_add(1);
            Some((self.words(session, option).words, place, self.ranked(session).len()))
        });
        if let Some((what, place, of)) = stands {
            self.tells(Told::RankNow { what, place, of });
        }
    }

    fn tells(self, what: Told) {
        self.page.app.announcement.set(untrack(|| self.say(&what)));
    }

    /// The place where what was held is let go.
    fn lets_go(self) -> Option<usize> {
        self.held.try_update_value(Option::take).flatten().map(|held| held.let_go())
    }
}
