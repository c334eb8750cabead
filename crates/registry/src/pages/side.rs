//! Pages that both sides have: the real registry, and the sandbox, which says on each page that nothing there is real.

use socle::pages::Page;
use socle::web::Visitor;

use crate::{Registry, SHEET};

const NOT_REAL: &str = "Bac à sable\u{a0}: rien de ce que vous voyez ici n’est réel.";

/// A page of the side of `registry`, directly under it.
pub fn page_of(registry: &Registry, visitor: &Visitor, title: &str) -> Page {
    let mut page = Page::of_service(visitor, &SHEET, title);
    if registry.space.is_sandbox() {
        page.notices.insert(0, NOT_REAL.to_owned());
        page.title = format!("{title} (bac à sable)");
        if visitor.path.split('?').next().is_none_or(|path| path != registry.space.pages()) {
            page = page.under("Bac à sable", registry.space.pages());
        }
    }
    page
}
