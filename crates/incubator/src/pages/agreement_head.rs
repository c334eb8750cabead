//! What every page of an agreement shares: finding it, its head, the pages beside.

use axum::http::StatusCode;
use jiff::civil::Date;
use socle::pages::Page;
use socle::rights::Scope;
use socle::web::{Problem, Visitor};

use crate::model::named::Named as _;
use crate::model::standing::{Explained, Standing, standing};
use crate::store::agreement::{self, Filed};
use crate::{Incubator, SHEET};

/// A way to another page of the agreement.
pub struct Tab {
    pub label: &'static str,
    pub href: String,
    pub current: bool,
}

/// The head.
pub struct Head {
    pub title: String,
    pub kind: String,
    pub standing: &'static str,
    pub colour: &'static str,
    pub tabs: Vec<Tab>,
}

/// The pages of an agreement: the end of its address, and its label.
const TABS: [(&str, &str); 8] = [
    ("", "Où en est-elle ?"),
    ("/texte", "Le texte et ses clauses"),
    ("/echeances", "Les échéances"),
    ("/credits", "Les crédits et les commandes"),
    ("/comites", "Les comités"),
    ("/comptes", "Les comptes rendus"),
    ("/vie", "Signatures, avenants, fin"),
    ("/publication", "La publication"),
];

/// The agreement, for whoever may read it.
pub async fn found(
    incubator: &Incubator,
    visitor: &Visitor,
    action: &str,
    reference: &str,
) -> Result<(Filed, Scope), Problem> {
    let scope = visitor.allow(&SHEET, action)?;
    let knowledge = incubator.knowledge().await?;
    let filed = agreement::find(&incubator.database, &knowledge, &scope, reference).await?;
    Ok((filed.ok_or(Problem::NotFound)?, scope))
}

/// The address of an agreement.
pub fn address(reference: &str) -> String {
    format!("/incubateur/conventions/{reference}")
}

/// The colour of a standing.
pub fn colour(standing: &Standing) -> &'static str {
    match standing {
        Standing::InForce { .. } => "success",
        Standing::SignedNotInForce { .. } => "info",
        Standing::NoticeRunning { .. } | Standing::Suspended { .. } => "warning",
        Standing::NeverInForce { .. } => "error",
        Standing::Draft | Standing::Ended { .. } => "",
    }
}

/// The frame and the head of one of its pages.
pub fn head(visitor: &Visitor, filed: &Filed, today: Date, tab: &str) -> (Page, Head, Explained) {
    let written = &filed.agreement.written;
    let explained = standing(&filed.agreement, today);
    let base = address(&written.reference);
    let label = TABS.iter().find(|(end, _)| *end == tab).map_or("", |(_, label)| label);
    let title = if tab.is_empty() { written.title.clone() } else { label.to_owned() };
    let mut page = Page::of_service(visitor, &SHEET, &title).under("Conventions", "/incubateur/conventions");
    if !tab.is_empty() {
        page = page.under(&written.title, &base);
    }
    let kind = written.kind.fr();
    let head = Head {
        title: written.title.clone(),
        kind: kind.chars().take(1).flat_map(char::to_uppercase).chain(kind.chars().skip(1)).collect(),
        standing: explained.fr(),
        colour: colour(&explained.standing),
        tabs: TABS
            .iter()
            .map(|(end, label)| Tab { label, href: format!("{base}{end}"), current: *end == tab })
            .collect(),
    };
    (page, head, explained)
}

/// A refusal in one sentence, where no field is to blame.
pub fn refused(text: impl Into<String>) -> Problem {
    Problem::Refused { status: StatusCode::CONFLICT, text: text.into() }
}
