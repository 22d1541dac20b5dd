//! The door between JavaScript and the widget: what `page.js` and `element.js` call.

use std::{
    cell::{OnceCell, RefCell},
    rc::Rc,
};

use js_sys::Function;
use leptos::{mount::UnmountHandle, prelude::*};
use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

use crate::{browser::Ground, views};

/// One widget on the page.
struct Mounted {
    ground: Rc<Ground>,
    language: RwSignal<String>,
    owner: Owner,
    _view: UnmountHandle<<AnyView as Render>::State>,
}

thread_local! {
    /// Whoever mounted the last of them.
    static TELL: RefCell<Option<Function>> = const { RefCell::new(None) };
    /// The widgets of this page, each at the place of its number.
    static MOUNTED: RefCell<Vec<Option<Mounted>>> = const { RefCell::new(Vec::new()) };
}

/// Mounts a widget into `host`, and returns its number.
///
/// The token is the invitation as it stood in the link, and may be empty. `wave` is the only wave that may be answered here,
/// if one is named. `around` is the origin of the page around the widget, and none where the page is the widget's own.
/// `tell` is called with the name of what happened, and an object.
#[wasm_bindgen]
pub fn mount(
    host: HtmlElement,
    study: String,
    token: String,
    wave: Option<String>,
    language: Option<String>,
    around: Option<String>,
    tell: Function,
) -> usize {
    say_when_it_breaks(tell.clone());
    let door = views::Door { study, token, wave };
    let ground = Ground::new(host.clone(), around, tell);
    let inside = Rc::new(OnceCell::new());
    let view = mount_to(host, {
        let (inside, ground) = (inside.clone(), ground.clone());
        move || {
            let language = RwSignal::new(language.unwrap_or_else(|| "nb".to_owned()));
            let _ = inside.set((Owner::current().unwrap_or_default(), language));
            views::root(door, ground, language)
        }
    });
    let made = inside.get().cloned().map(|(owner, language)| Mounted { ground, language, owner, _view: view });
    MOUNTED.with_borrow_mut(|mounted| {
        let free = mounted.iter().position(Option::is_none).unwrap_or(mounted.len());
        match mounted.get_mut(free) {
            Some(place) => *place = made,
            None => mounted.push(made),
        }
        free
    })
}

/// Has the page say so when the program ends in a panic: by then nothing in here can.
fn say_when_it_breaks(tell: Function) {
    let first = TELL.replace(Some(tell)).is_none();
    if first {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if let Some(tell) = TELL.take() {
                drop(tell.call1(&JsValue::NULL, &"crash".into()));
            }
            before(panic);
        }));
    }
}

/// Takes a widget away. What it has frozen and the device keeps is delivered when it comes back.
#[wasm_bindgen]
pub fn unmount(number: usize) {
    if let Some(mounted) = MOUNTED.with_borrow_mut(|mounted| mounted.get_mut(number)?.take()) {
        mounted.ground.leave();
        // By name: what is owned holds on to its owner.
        mounted.owner.cleanup();
    }
}

/// Has a widget speak another language.
#[wasm_bindgen]
pub fn speak(number: usize, language: String) {
    let signal = MOUNTED.with_borrow(|mounted| Some(mounted.get(number)?.as_ref()?.language));
    if let Some(signal) = signal {
        signal.set(language);
    }
}
