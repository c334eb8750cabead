use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use jiff::civil::Date;
use socle::pages::{Page, format};
use socle::web::{Asked, Name, Problem, Visitor, page};

use super::agreement::sentence;
use super::done::Done;
use super::team_head::{Head, address, found, head, may};
use crate::Incubator;
use crate::model::member::{Funding, MemberRole};
use crate::model::named::Named as _;
use crate::store::member::{self, Known};
use crate::store::order;

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new().route("/incubateur/services/{slug}/equipe/membres", get(show))
}

/// Somebody as the list tells them.
struct Line {
    href: String,
    name: String,
    role: String,
    when: String,
    funding: String,
    /// What nobody has shown yet; nothing when all is there.
    missing: String,
}

#[derive(Template)]
#[template(path = "team/members.html")]
struct MembersPage {
    page: Page,
    head: Head,
    new_href: String,
    may_write: bool,
    present: Vec<Line>,
    past: Vec<Line>,
    /// What to do now, in words.
    now: String,
}

/// « 80 % du temps, depuis le … jusqu’au … ».
pub(super) fn when(known: &Known) -> String {
    let member = &known.member;
    let from = format::date(member.from);
    match member.until {
        Some(until) => format!("{}\u{a0}% du temps, du {from} au {}", member.share, format::date(until)),
        None => format!("{}\u{a0}% du temps, depuis le {from}", member.share),
    }
}

/// How a mission is paid for, in words.
pub(super) fn funding_words(funding: Funding, today: Date) -> String {
    match funding {
        Funding::Own => "Par son administration".to_owned(),
        Funding::Unknown => "Aucune commande n’est indiquée".to_owned(),
        Funding::Open => "Par une commande sans date de fin".to_owned(),
        Funding::Until(end) if end < today => format!("Plus financé depuis le {}", format::date(end)),
        Funding::Until(end) => format!("Financé jusqu’au {}", format::date(end)),
        Funding::Short(end) => {
            format!("Financé jusqu’au {} seulement\u{a0}: la mission dure plus longtemps", format::date(end))
        }
    }
}

/// How somebody is paid for: their order's last day, read for them.
pub(super) async fn funding(incubator: &Incubator, known: &Known) -> Result<Funding, Problem> {
    let ends = match known.member.order {
        Some(id) => Some(order::last_day(&incubator.database, id).await?),
        None => None,
    };
    Ok(known.member.funding(ends))
}

/// What is still to be shown of somebody.
pub(super) fn missing(known: &Known, wants_declarations: bool) -> Vec<&'static str> {
    let mut missing = Vec::new();
    if known.forgotten {
        return missing;
    }
    if known.member.role == MemberRole::Intrapreneur {
        match &known.letter {
            None => missing.push("lettre de mission"),
            Some(letter) if !letter.arbitrates || !letter.approves_quotes || !letter.certifies => {
                missing.push("pouvoir de décider seul");
            }
            Some(_) => {}
        }
        match &known.review {
            None => missing.push("sept critères à vérifier"),
            Some(review) if !review.all_met() => missing.push("un critère n’est pas rempli"),
            Some(_) => {}
        }
    }
    if wants_declarations && known.member.status.is_expert() && known.declaration.is_none() {
        missing.push("déclaration d’intérêts");
    }
    missing
}

async fn show(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(slug): Name,
    Asked(done): Asked<Done>,
) -> Result<Response, Problem> {
    let (product, _) = found(&incubator, &visitor, "product.read", &slug).await?;
    let today = incubator.today();
    let wants = member::wants_declarations(&incubator.database, &slug).await?;
    let (page_of, head) = head(&visitor, &product, "/membres");
    let (mut present, mut past) = (Vec::new(), Vec::new());
    let (mut lacking, mut unpaid, mut leads) = (0_usize, 0_usize, 0_usize);
    for known in member::of(&incubator.database, &slug).await? {
        let funding = funding(&incubator, &known).await?;
        let told = missing(&known, wants);
        let there = known.member.until.is_none_or(|last| today <= last);
        if there {
            lacking += usize::from(!told.is_empty());
            unpaid += usize::from(matches!(funding, Funding::Unknown | Funding::Short(_)));
            leads +=
                usize::from(known.member.role == MemberRole::Intrapreneur && known.member.is_there(today));
        }
        let line = Line {
            href: format!("{}/membres/{}", address(&slug), known.id),
            name: known.name().to_owned(),
            role: sentence(known.member.role.fr()),
            when: when(&known),
            funding: funding_words(funding, today),
            missing: if there { told.join(", ") } else { String::new() },
        };
        if there { present.push(line) } else { past.push(line) }
    }
    let now = if present.is_empty() {
        String::new()
    } else if leads == 0 {
        "Aucun intrapreneur n’est indiqué\u{a0}: c’est lui qui décide, devis et services faits compris."
            .to_owned()
    } else if lacking > 0 {
        "Ouvrez la fiche des personnes à qui il manque quelque chose.".to_owned()
    } else if unpaid > 0 {
        "Vérifiez comment les missions qui n’ont pas de commande sont payées.".to_owned()
    } else {
        "Rien ne manque. Tenez les dates de mission à jour.".to_owned()
    };
    let shown = MembersPage {
        page: done.announce(page_of),
        head,
        new_href: format!("{}/membres/nouveau", address(&slug)),
        may_write: may(&incubator, &visitor, "member.write", &slug).await?,
        present,
        past,
        now,
    };
    Ok(page(&shown))
}
