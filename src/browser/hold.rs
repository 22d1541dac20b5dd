//! A row of a list, held by a finger, a pen or the mouse.

use std::cell::Cell;

use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement, PointerEvent};

/// The row that is held.
#[derive(Debug)]
pub(crate) struct Held {
    row: HtmlElement,
    /// Where it was taken hold of, in pixels down the page.
    from: i32,
    /// How far it has been moved down since.
    by: Cell<i32>,
}

impl Held {
    /// Takes hold of the row that the grip stands in; nothing but the first button of a mouse does.
    pub(crate) fn by(event: &Event) -> Option<Held> {
        let pointer: &PointerEvent = event.dyn_ref()?;
        let grip: Element = event.target()?.dyn_into().ok()?;
        let row: HtmlElement = grip.closest("li").ok()??.dyn_into().ok()?;
        if pointer.button() != 0 {
            return None;
        }
        // Where it cannot be captured, moves still come as long as the pointer is on the grip.
        let _ = grip.set_pointer_capture(pointer.pointer_id());
        let _ = row.set_attribute("data-held", "");
        Some(Held { row, from: pointer.page_y(), by: Cell::new(0) })
    }

    /// Follows the pointer.
    pub(crate) fn moves(&self, event: &Event) {
        if let Some(pointer) = event.dyn_ref::<PointerEvent>() {
            let by = pointer.page_y().saturating_sub(self.from);
            self.by.set(by);
            let _ = self.row.style().set_property("translate", &["0 ", &by.to_string(), "px"].concat());
        }
    }

    /// Lets the row go: the number of rows that it is below of now.
    pub(crate) fn let_go(self) -> usize {
        // A row goes where its own middle has passed that of another. Twice the middle, which is whole.
        let middle = |row: &HtmlElement| row.offset_top().saturating_mul(2).saturating_add(row.offset_height());
        let at = middle(&self.row).saturating_add(self.by.get().saturating_mul(2));
        let others = self.row.parent_element().map(|list| list.children());
        let above = others.map_or(0, |rows| {
            let row = |place| rows.item(place).and_then(|row| row.dyn_into::<HtmlElement>().ok());
            (0..rows.length()).filter_map(row).filter(|row| *row != self.row && middle(row) < at).count()
        });
        let _ = self.row.style().remove_property("translate");
        let _ = self.row.remove_attribute("data-held");
        above
    }
}
