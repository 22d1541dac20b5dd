//! What one widget stands on: the element it is mounted in, whoever mounted it, and whether it is still there. Several
//! widgets on a page know nothing of each other.

use std::{
    cell::{Cell, RefCell},
    future::poll_fn,
    pin::Pin,
    rc::{Rc, Weak},
    task::Poll,
};

use js_sys::Function;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement};

use super::{js::object, page};

/// Something that takes a while; gone once it is done, or once the widget is.
type Slot = RefCell<Option<Pin<Box<dyn Future<Output = ()>>>>>;

/// What one widget stands on.
pub(crate) struct Ground {
    /// What it is mounted in. Ids are its own only within.
    host: HtmlElement,
    /// The origin of the page around it; none where the page is the widget's own.
    around: Option<String>,
    /// Takes what the page around may know, never an answer or a token: its name, and the detail.
    tell: Function,
    here: Cell<bool>,
    tasks: RefCell<Vec<Weak<Slot>>>,
}

impl Ground {
    pub(crate) fn new(host: HtmlElement, around: Option<String>, tell: Function) -> Rc<Ground> {
        Rc::new(Ground { host, around, tell, here: Cell::new(true), tasks: RefCell::default() })
    }

    /// The origin of the page around the widget; none where the page is the widget's own.
    pub(crate) fn around(&self) -> Option<&str> {
        self.around.as_deref()
    }

    /// Whether title, history and what the tab keeps are the widget's to use.
    pub(crate) fn is_own_page(&self) -> bool {
        self.around.is_none()
    }

    /// Whether the widget is still mounted.
    pub(crate) fn is_here(&self) -> bool {
        self.here.get()
    }

    /// The widget goes: what is under way in it ends at once, and lets go of what it holds.
    pub(crate) fn leave(&self) {
        self.here.set(false);
        for task in self.tasks.take().iter().filter_map(Weak::upgrade) {
            // One that is running at this moment sees by itself that it is over.
            let ended = task.try_borrow_mut().ok().and_then(|mut task| task.take());
            drop(ended);
        }
    }

    /// Tells whoever mounted the widget. What that throws is not ours.
    pub(crate) fn tell(&self, name: &str, detail: &[(&str, JsValue)]) {
        drop(self.tell.call2(&JsValue::NULL, &name.into(), &object(detail)));
    }

    /// Does something that takes a while, as long as the widget is there.
    pub(crate) fn spawn(self: Rc<Self>, task: impl Future<Output = ()> + 'static) {
        let slot: Rc<Slot> = Rc::new(RefCell::new(Some(Box::pin(task))));
        self.tasks.borrow_mut().retain(|task| task.strong_count() > 0);
        self.tasks.borrow_mut().push(Rc::downgrade(&slot));
        spawn_local(poll_fn(move |context| {
            let mut task = slot.borrow_mut();
            match task.as_mut().map(|task| task.as_mut().poll(context)) {
                Some(Poll::Pending) if self.is_here() => Poll::Pending,
                _ => {
                    *task = None;
                    Poll::Ready(())
                }
            }
        }));
    }

    /// Does something with the element of this id.
    pub(crate) fn with(&self, id: &str, act: impl FnOnce(&Element)) {
        if let Some(found) = self.find(id) {
            act(&found);
        }
    }

    fn find(&self, id: &str) -> Option<Element> {
        self.host.query_selector(&["#", id].concat()).ok().flatten()
    }

    /// Puts the focus on the element with this id, or on the first field within it, and brings it into sight, with the
    /// question, help and error above it.
    pub(crate) fn focus_within(&self, id: &str) {
        const FIELDS: &str = "input:checked, input, select, textarea";
        let Some(found) = self.find(id) else { return };
        let is_field = found.matches(FIELDS).unwrap_or(false);
        let within = |selectors| found.query_selector(selectors).ok().flatten().filter(|_| !is_field);
        let field = within("input:checked").or_else(|| within(FIELDS));
        let question = found.closest("fieldset, .svar-question").ok().flatten();
        question.as_ref().unwrap_or(&found).scroll_into_view();
        if let Some(element) = field.as_ref().unwrap_or(&found).dyn_ref::<HtmlElement>() {
            // Where the window is too low for the whole question, its field comes into sight all the same.
            drop(element.focus());
        }
    }

    /// Puts the focus on the element with this id, and brings it into sight if it is not.
    pub(crate) fn focus(&self, id: &str) {
        if let Some(found) = self.find(id).and_then(|found| found.dyn_into::<HtmlElement>().ok()) {
            drop(found.focus());
        }
    }

    /// Puts the focus on the heading, if there is one.
    pub(crate) fn focus_heading(&self) {
        let heading = self.host.query_selector("h1").ok().flatten();
        if let Some(heading) = heading.and_then(|found| found.dyn_into::<HtmlElement>().ok()) {
            drop(heading.focus());
        }
    }

    /// Brings the widget's beginning into sight.
    pub(crate) fn to_top(&self) {
        self.host.scroll_into_view();
        self.tell("top", &[]);
    }

    /// Names the page.
    pub(crate) fn set_title(&self, title: &str) {
        if self.is_own_page() {
            page::set_title(title);
        }
    }

    /// Keeps the invitation for a reload of this tab, as `page.js` does.
    pub(crate) fn keep_invitation(&self, token: &str) {
        if self.is_own_page() {
            page::keep_invitation(token);
        }
    }

    /// Forgets the invitation that this tab kept.
    pub(crate) fn forget_invitation(&self) {
        if self.is_own_page() {
            page::forget_invitation();
        }
    }
}
