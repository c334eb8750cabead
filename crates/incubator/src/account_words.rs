//! The words of an account, the same on its page and in its files.

use jiff::civil::Date;
use serde::Serialize;
use socle::pages::format;

use crate::model::account::{Account, Period};
use crate::model::money::Cents;

/// What an account in preparation carries wherever it is shown.
pub const DRAFT: &str = "Projet, non envoyé";

/// « Compte rendu d’octobre 2026 », « Compte rendu final ».
pub fn title(period: Period) -> String {
    match period {
        Period::Month(month) => {
            let name = format::month(month.first_day());
            let of = if name.starts_with(['a', 'o']) { "d’" } else { "de " };
            format!("Compte rendu {of}{name}")
        }
        Period::Final => "Compte rendu final".to_owned(),
    }
}

/// « octobre 2026 », or « le dernier mois » of a final account.
pub fn period(account: &Account) -> String {
    match (account.period, account.from) {
        (Period::Month(month), _) => format::month(month.first_day()),
        (Period::Final, Some(from)) => format!("depuis le {}", format::date(from)),
        (Period::Final, None) => String::new(),
    }
}

/// The day an account must be sent by, and why.
pub fn due(period: Period, due: Date) -> String {
    match period {
        Period::Month(_) => format!("Au plus tard le {}", format::date(due)),
        Period::Final => format!("Le {}, dernier jour de la convention", format::date(due)),
    }
}

/// Lines that go together: a list, or a paragraph.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Piece {
    pub list: bool,
    pub lines: Vec<String>,
}

/// What people typed, in paragraphs and lists: a line that begins with a dash is one of a list.
pub fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let item = line.strip_prefix(['-', '–', '•']).map(str::trim);
        let (list, words) = (item.is_some(), item.unwrap_or(line).to_owned());
        match pieces.last_mut() {
            Some(before) if before.list && list => before.lines.push(words),
            _ => pieces.push(Piece { list, lines: vec![words] }),
        }
    }
    pieces
}

/// What is known of the whole: labels and values.
pub fn facts(account: &Account, received: Option<&str>) -> Vec<(String, String)> {
    let figures = &account.figures;
    let known = |amount: Option<Cents>| amount.map_or_else(|| "non communiqué".to_owned(), Cents::fr);
    let mut facts = vec![
        ("Convention".to_owned(), account.title.clone()),
        ("Rendu par".to_owned(), account.debtors.join(", ")),
        ("Rendu à".to_owned(), account.creditors.join(", ")),
        ("À envoyer".to_owned(), due(account.period, account.due)),
        ("D’où vient-il\u{a0}?".to_owned(), format!("Article {}\u{a0}: {}", account.article, account.quote)),
        ("Peut être engagé en tout (AE)".to_owned(), known(figures.ceiling)),
        ("Reste à engager (AE)".to_owned(), known(figures.left_ae())),
        ("Réservé, pas encore engagé (AE)".to_owned(), figures.still_reserved.fr()),
        ("Reste à payer sur les CP prévus".to_owned(), known(figures.left_cp())),
    ];
    if let Some(on) = account.sent_on {
        facts.push(("Envoyé".to_owned(), format!("Le {}", format::date(on))));
        facts.push(("Reçu".to_owned(), received.unwrap_or("Pas encore d’accusé de réception").to_owned()));
    }
    facts
}
