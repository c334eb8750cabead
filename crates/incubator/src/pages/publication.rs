//! Where an agreement is to be published, what came of it, and what is hidden.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use jiff::civil::Date;
use serde::Deserialize;
use socle::pages::{FormErrors, Page, format};
use socle::rights::Grant;
use socle::web::{Asked, Filled, Name, Problem, Visitor, answered, page, redirect};

use super::agreement_head::{Head, address, found, head};
use super::done::Done;
use super::{public_agreement, sentence};
use crate::model::named::Named as _;
use crate::model::publication::{Channel, ChannelLine, channels, public_on};
use crate::model::redaction::Choices;
use crate::model::standing::{Explained, Standing, standing};
use crate::publication::PublicText;
use crate::publication::text::{HiddenLine, public_text};
use crate::store::agreement::Filed;
use crate::store::{ServiceError, publication_choice, publication_sending};
use crate::{Incubator, SHEET};

/// How many words may be added, and how long each may be.
const MOST_WORDS: usize = 50;
const LONGEST_WORD: usize = 100;

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new()
        .route("/incubateur/conventions/{reference}/publication", get(show))
        .route("/incubateur/conventions/{reference}/publication/apercu", get(preview))
        .route("/incubateur/conventions/{reference}/publication/occultations", post(choose))
}

/// A channel.
struct Row {
    name: String,
    articles: Vec<String>,
    by: String,
    colour: &'static str,
    state: &'static str,
    behind: String,
    day: String,
    address: String,
    effect: &'static str,
}

/// A way on.
struct Way {
    href: String,
    label: &'static str,
    /// The one to take stands out, as long as there is something to do.
    look: &'static str,
}

#[derive(Template)]
#[template(path = "agreement/publication.html")]
struct PublicationPage {
    page: Page,
    head: Head,
    base: String,
    /// Its public page; empty while it is not public.
    public: String,
    todo: String,
    /// Ways on, the first of them the one to take.
    ways: Vec<Way>,
    may_choose: bool,
    failure: String,
    rows: Vec<Row>,
    hidden: Vec<HiddenLine>,
    version: i64,
    hide_imputations: bool,
    words: String,
    errors: FormErrors,
}

#[derive(Template)]
#[template(path = "agreement/publication_text.html")]
struct PreviewPage {
    page: Page,
    base: String,
    text: PublicText,
}

/// What of an agreement would be published on a day.
pub async fn text_of(incubator: &Incubator, filed: &Filed, day: Date) -> Result<PublicText, ServiceError> {
    let (choices, _) = publication_choice::of(incubator.database.read(), filed.id).await?;
    Ok(public_text(&filed.agreement, &incubator.library, &incubator.redaction, &choices, day))
}

/// The name of a channel at the head of a line: that of a site keeps its letters.
pub fn name(channel: Channel) -> String {
    match channel {
        Channel::DataGouv | Channel::Gouvernement => channel.fr().to_owned(),
        _ => sentence(channel.fr()),
    }
}

fn row(filed: &Filed, line: &ChannelLine<'_>) -> Row {
    let agreement = &filed.agreement;
    let by = line.by.iter().map(|body| agreement.name_of(body)).collect::<Vec<_>>().join(", ");
    let (colour, state) = match line.latest {
        Some(_) if line.behind.is_empty() => ("success", "publiée"),
        Some(_) => ("warning", "à republier"),
        None => ("info", "à publier"),
    };
    let numbers = line.behind.iter().map(|number| format!("n°\u{a0}{number}")).collect::<Vec<_>>().join(", ");
    Row {
        name: name(line.channel),
        articles: line.clauses.iter().map(|clause| format!("Article {}", clause.article)).collect(),
        by: if by.is_empty() { "–".to_owned() } else { by },
        colour,
        state,
        behind: if numbers.is_empty() { numbers } else { format!("Avenant {numbers} signé depuis") },
        day: line.latest.map_or_else(|| "–".to_owned(), |one| format::date(one.published_on)),
        // Addresses were typed by people, or told by a catalogue: only those of the web are links.
        address: line
            .latest
            .and_then(|one| one.address.clone())
            .filter(|one| one.starts_with("https://") || one.starts_with("http://"))
            .unwrap_or_default(),
        effect: if line.makes_effective { "Fait entrer la convention en vigueur" } else { "–" },
    }
}

/// What whoever opens the page is to do.
fn todo(explained: &Explained, lines: &[ChannelLine<'_>]) -> String {
    if explained.course.signed_on.is_none() {
        return "Rien pour l’instant\u{a0}: une convention se publie une fois signée par toutes les parties."
            .to_owned();
    }
    let open: Vec<&str> = lines.iter().filter(|line| line.is_open()).map(|line| line.channel.fr()).collect();
    if open.is_empty() {
        return "Rien\u{a0}: elle est publiée partout où elle doit l’être.".to_owned();
    }
    let mut told = format!("Reste à publier\u{a0}: {}.", open.join(", "));
    let awaited = lines.iter().any(|line| line.is_open() && line.makes_effective);
    if matches!(explained.standing, Standing::NeverInForce { .. }) {
        told.push_str(" Son terme est passé\u{a0}: la publier ne la fera plus entrer en vigueur.");
    } else if awaited && explained.course.effect_on.is_none() {
        told.push_str(
            " Tant que ce n’est pas fait, la convention n’est pas en vigueur\u{a0}: rien ne se commande.",
        );
    }
    told
}

async fn publication_page(
    incubator: &Incubator,
    visitor: &Visitor,
    (filed, done): (&Filed, Done),
    (typed, errors): (Option<Typed>, FormErrors),
) -> Result<Response, Problem> {
    let today = incubator.today();
    let (page_of, head, explained) = head(visitor, filed, today, "/publication");
    let agreement = &filed.agreement;
    let lines = channels(agreement, &incubator.library, today);
    let (choices, version) = publication_choice::of(incubator.database.read(), filed.id).await?;
    let sending = publication_sending::find(&incubator.database, filed.id).await?;
    let text = public_text(agreement, &incubator.library, &incubator.redaction, &choices, today);
    let is_signed = explained.course.signed_on.is_some();
    let is_open = lines.iter().any(ChannelLine::is_open);
    let may_choose = visitor.grant(&SHEET, "publication.send") != Grant::No;
    let typed = typed.unwrap_or_else(|| Typed {
        imputations: if choices.hide_imputations { "oui" } else { "" }.to_owned(),
        words: choices.words.join("\n"),
        version,
    });
    let base = address(&agreement.written.reference);
    let there = lines.iter().find(|line| line.channel == Channel::DataGouv);
    let sends = may_choose && (sending.is_some() || there.is_none_or(ChannelLine::is_open));
    let records = visitor.grant(&SHEET, "fact.record") != Grant::No;
    let ways = [
        (sends, "publication/envoyer", "Relire et envoyer à data.gouv.fr"),
        (records, "vie/publication", "Inscrire une publication faite"),
    ];
    let shown = PublicationPage {
        page: done.announce(page_of),
        head,
        public: match public_on(agreement, today) {
            Some(_) => public_agreement::address(&agreement.written.reference),
            None => String::new(),
        },
        todo: todo(&explained, &lines),
        ways: ways
            .into_iter()
            .filter(|(may, ..)| *may && is_signed)
            .enumerate()
            .map(|(rank, (_, end, label))| {
                let look = if rank == 0 && is_open { "" } else { "fr-btn--secondary" };
                Way { href: format!("{base}/{end}"), label, look }
            })
            .collect(),
        may_choose,
        failure: sending.map_or_else(String::new, |row| sentence(&row.failure)),
        rows: lines.iter().map(|line| row(filed, line)).collect(),
        hidden: text.hidden,
        version: typed.version,
        hide_imputations: !typed.imputations.is_empty(),
        words: typed.words,
        errors: errors.clone(),
        base,
    };
    Ok(answered(page(&shown), &errors))
}

async fn show(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(reference): Name,
    Asked(done): Asked<Done>,
) -> Result<Response, Problem> {
    let (filed, _) = found(&incubator, &visitor, "agreement.read", &reference).await?;
    publication_page(&incubator, &visitor, (&filed, done), (None, FormErrors::default())).await
}

async fn preview(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(reference): Name,
) -> Result<Response, Problem> {
    let (filed, _) = found(&incubator, &visitor, "agreement.read", &reference).await?;
    let (page_of, _, _) = head(&visitor, &filed, incubator.today(), "/publication");
    let text = text_of(&incubator, &filed, incubator.today()).await?;
    Ok(page(&PreviewPage { page: page_of, base: address(&reference), text }))
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Typed {
    imputations: String,
    words: String,
    version: i64,
}

/// Chooses what is hidden.
async fn choose(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(reference): Name,
    Filled(typed): Filled<Typed>,
) -> Result<Response, Problem> {
    let (filed, _) = found(&incubator, &visitor, "publication.send", &reference).await?;
    let words: Vec<String> =
        typed.words.lines().map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect();
    let mut errors = FormErrors::default();
    if words.len() > MOST_WORDS {
        errors.add("words", format!("{} lignes\u{a0}: {MOST_WORDS} au plus.", words.len()));
    }
    if let Some(long) = words.iter().find(|word| word.chars().count() > LONGEST_WORD) {
        let begins: String = long.chars().take(20).collect();
        errors.add(
            "words",
            format!("«\u{a0}{begins}…\u{a0}»\u{a0}: une ligne a {LONGEST_WORD} caractères au plus."),
        );
    }
    // A word of one letter, or of none, would hide half of the text, or nothing.
    if let Some(short) =
        words.iter().find(|word| word.chars().filter(|one| one.is_alphanumeric()).count() < 2)
    {
        errors
            .add("words", format!("«\u{a0}{short}\u{a0}»\u{a0}: un mot à occulter a deux lettres au moins."));
    }
    if !errors.is_empty() {
        let done = Done::default();
        return publication_page(&incubator, &visitor, (&filed, done), (Some(typed), errors)).await;
    }
    let chosen = Choices { hide_imputations: !typed.imputations.is_empty(), words };
    let read = (chosen, typed.version);
    publication_choice::choose(&incubator.database, visitor.actor(), filed.id, read).await?;
    Ok(redirect(&format!("{}/publication?fait=occultations-choisies", address(&reference))))
}

/// Whether all parties have signed by a day.
pub fn is_signed(filed: &Filed, day: Date) -> bool {
    standing(&filed.agreement, day).course.signed_on.is_some()
}
