//! Elements, all of one type. Leptos' typed builders make a new type, and with it new code, of every combination of tag,
//! attributes and children; here each kind of attribute and child is erased once, so that a view costs what it says
//! (docs/decisions/003-builder-syntax.md has the bytes).

use leptos::{
    attr::{
        any_attribute::{AnyAttribute, IntoAnyAttribute},
        custom::custom_attribute,
    },
    ev,
    prelude::*,
    tachys::{
        html::{element::custom, event::on, property::prop},
        view::iterators::StaticVec,
    },
};

type Words = Box<dyn Fn() -> String + Send>;
type Attribute = Box<dyn Fn() -> Option<String> + Send>;
type View = Box<dyn FnMut() -> AnyView + Send>;

/// An element under construction.
pub(super) struct Element {
    tag: &'static str,
    attributes: Vec<AnyAttribute>,
    children: Vec<AnyView>,
}

/// An element.
pub(super) fn el(tag: &'static str) -> Element {
    Element { tag, attributes: Vec::new(), children: Vec::new() }
}

/// An element of a class.
pub(super) fn el_of(tag: &'static str, class: &'static str) -> Element {
    el(tag).attr("class", class)
}

impl Element {
    /// An attribute that stays as it is.
    pub(super) fn attr(mut self, name: &'static str, value: impl Into<String>) -> Element {
        self.attributes.push(custom_attribute(name, value.into()).into_any_attr());
        self
    }

    /// An attribute that stays as it is, if it is there at all.
    pub(super) fn maybe_attr(self, name: &'static str, value: Option<impl Into<String>>) -> Element {
        match value {
            Some(value) => self.attr(name, value),
            None => self,
        }
    }

    /// An attribute that comes, changes and goes.
    pub(super) fn live_attr(
        mut self,
        name: &'static str,
        value: impl Fn() -> Option<String> + Send + 'static,
    ) -> Element {
        let value: Attribute = Box::new(value);
        self.attributes.push(custom_attribute(name, value).into_any_attr());
        self
    }

    /// The `checked` property, live.
    pub(super) fn checked(mut self, checked: impl Fn() -> bool + Send + 'static) -> Element {
        let checked: Box<dyn Fn() -> bool + Send> = Box::new(checked);
        self.attributes.push(prop("checked", checked).into_any_attr());
        self
    }

    /// The `value` property, live.
    pub(super) fn value(mut self, value: impl Fn() -> String + Send + 'static) -> Element {
        let value: Words = Box::new(value);
        self.attributes.push(prop("value", value).into_any_attr());
        self
    }

    /// What to do at an event.
    pub(super) fn on(mut self, name: &'static str, act: impl FnMut(ev::Event) + 'static) -> Element {
        let act: Box<dyn FnMut(ev::Event)> = Box::new(act);
        self.attributes.push(on(ev::Custom::<ev::Event>::new(name), act).into_any_attr());
        self
    }

    /// Words that stay as they are.
    pub(super) fn text(mut self, words: impl Into<String>) -> Element {
        self.children.push(words.into().into_any());
        self
    }

    /// Words that follow the language, or the answers.
    pub(super) fn say(mut self, words: impl Fn() -> String + Send + 'static) -> Element {
        let words: Words = Box::new(words);
        self.children.push(words.into_any());
        self
    }

    /// Something within.
    pub(super) fn child(mut self, child: impl Into<Child>) -> Element {
        self.children.extend(child.into().0);
        self
    }

    /// Something within that comes, changes and goes.
    pub(super) fn live<C: Into<Child>>(self, view: impl Fn() -> C + Send + 'static) -> Element {
        self.child(live(view))
    }

    /// The element as a view.
    pub(super) fn view(self) -> AnyView {
        let children: StaticVec<AnyView> = self.children.into();
        custom(self.tag).child(children).add_any_attr(self.attributes).into_any()
    }
}

/// A view that is made anew whenever what it reads has changed. Made anew, not mended: what is typed into one page's
/// fields must never show in those of the next.
pub(super) fn live<C: Into<Child>>(view: impl Fn() -> C + Send + 'static) -> AnyView {
    let fresh: View = Box::new(move || {
        let mut made = Some(view().into().view());
        let once: View = Box::new(move || made.take().unwrap_or_else(|| ().into_any()));
        once.into_any()
    });
    fresh.into_any()
}

/// What can stand within an element.
pub(super) struct Child(Vec<AnyView>);

impl Child {
    /// As one view.
    pub(super) fn view(self) -> AnyView {
        let mut views = self.0;
        match (views.pop(), views.is_empty()) {
            (Some(only), true) => only,
            (Some(last), false) => {
                views.push(last);
                let views: StaticVec<AnyView> = views.into();
                views.into_any()
            }
            (None, _) => ().into_any(),
        }
    }
}

impl From<Element> for Child {
    fn from(element: Element) -> Child {
        Child(vec![element.view()])
    }
}

impl From<AnyView> for Child {
    fn from(view: AnyView) -> Child {
        Child(vec![view])
    }
}

impl From<Vec<AnyView>> for Child {
    fn from(views: Vec<AnyView>) -> Child {
        Child(views)
    }
}

impl<C: Into<Child>> From<Option<C>> for Child {
    fn from(view: Option<C>) -> Child {
        view.map_or_else(|| Child(Vec::new()), Into::into)
    }
}

/// Several views, one after the other.
pub(super) fn all<const N: usize>(views: [Child; N]) -> AnyView {
    Child(views.into_iter().flat_map(|child| child.0).collect()).view()
}
