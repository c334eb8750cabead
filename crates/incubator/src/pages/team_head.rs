//! What every page of a product's team shares: finding the product, the head, the pages beside.

use socle::pages::Page;
use socle::rights::Scope;
use socle::web::{Problem, Visitor};

use crate::store::agreement_product;
use crate::store::portfolio::Product;
use crate::{Incubator, SHEET};

/// A way to another page of the team.
pub struct Tab {
    pub label: &'static str,
    pub href: String,
    pub current: bool,
}

/// The head.
pub struct Head {
    pub name: String,
    pub mission: String,
    pub public_href: String,
    pub tabs: Vec<Tab>,
}

/// The pages of a team: the end of their address, and their label.
const TABS: [(&str, &str); 4] = [
    ("", "Les objectifs"),
    ("/indicateurs", "Ce que l’on mesure"),
    ("/membres", "Les personnes"),
    ("/conformite", "La conformité"),
];

/// The product, for whoever may do `action` there.
pub async fn found(
    incubator: &Incubator,
    visitor: &Visitor,
    action: &str,
    slug: &str,
) -> Result<(Product, Scope), Problem> {
    let scope = visitor.allow(&SHEET, action)?;
    let portfolio = incubator.portfolio().await?;
    let product = portfolio.product(slug).ok_or(Problem::NotFound)?;
    if !agreement_product::covers(&incubator.database, &scope, slug).await? {
        return Err(Problem::NotFound);
    }
    Ok((product.clone(), scope))
}

/// Whether the visitor may do `action` for that product, without refusing.
pub async fn may(
    incubator: &Incubator,
    visitor: &Visitor,
    action: &str,
    slug: &str,
) -> Result<bool, Problem> {
    match visitor.allow(&SHEET, action) {
        Ok(scope) => Ok(agreement_product::covers(&incubator.database, &scope, slug).await?),
        Err(_) => Ok(false),
    }
}

/// The address of a team's pages.
pub fn address(slug: &str) -> String {
    format!("/incubateur/services/{slug}/equipe")
}

/// The frame and the head of one of its pages, under the tab whose address ends so.
pub fn head(visitor: &Visitor, product: &Product, tab: &str) -> (Page, Head) {
    let base = address(&product.slug);
    let public_href = format!("/incubateur/services/{}", product.slug);
    let label = TABS.iter().find(|(end, _)| *end == tab).map_or("", |(_, label)| label);
    let page = Page::of_service(visitor, &SHEET, label).under(&product.sheet.name, &public_href);
    let tabs =
        TABS.iter().map(|(end, label)| Tab { label, href: format!("{base}{end}"), current: *end == tab });
    let head = Head {
        name: product.sheet.name.clone(),
        mission: product.sheet.mission.clone(),
        public_href,
        tabs: tabs.collect(),
    };
    (page, head)
}

/// The frame of a form reached from one of its pages.
pub fn form_page(visitor: &Visitor, product: &Product, tab: &str, title: &str) -> Page {
    let label = TABS.iter().find(|(end, _)| *end == tab).map_or("", |(_, label)| label);
    Page::of_service(visitor, &SHEET, title)
        .under(&product.sheet.name, &format!("/incubateur/services/{}", product.slug))
        .under(label, &format!("{}{tab}", address(&product.slug)))
}
