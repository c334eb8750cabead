//! What a file that comes in is told, in words.

use crate::model::money::Cents;
use crate::pages::sentence;
use crate::store::chorus_import::Compared;
use crate::store::taken::{NotTaken, Taken};
use crate::table::{Unreadable, chorus, orders};

/// A line of the report.
pub struct Line {
    pub line: usize,
    pub what: String,
    pub outcome: String,
    written: usize,
    known: usize,
    refused: usize,
}

/// What the whole file comes to.
pub struct Report {
    pub words: String,
    /// How many things a second look would write; nothing once it is done.
    pub to_write: usize,
}

impl Report {
    pub fn of(lines: &[Line], trial: bool) -> Self {
        let sum = |part: fn(&Line) -> usize| lines.iter().map(part).sum::<usize>();
        let (written, known, refused) =
            (sum(|one| one.written), sum(|one| one.known), sum(|one| one.refused));
        let counts = format!("Déjà connues\u{a0}: {known}. Refusées\u{a0}: {refused}.");
        if trial {
            let words = format!("Rien n’est encore écrit. À écrire\u{a0}: {written}. {counts}");
            Self { words, to_write: written }
        } else {
            Self { words: format!("Écrites\u{a0}: {written}. {counts}"), to_write: 0 }
        }
    }
}

/// Why nothing can be read.
pub fn unreadable(cause: &Unreadable) -> String {
    match cause {
        Unreadable::Empty => "Ce fichier est vide.".to_owned(),
        Unreadable::HeaderOnly => {
            "Il n’y a qu’une ligne. Attendu\u{a0}: les noms des colonnes, puis une ligne au moins.".to_owned()
        }
        Unreadable::Spreadsheet(_) => {
            "Ce classeur ne s’ouvre pas\u{a0}: il est peut-être coupé, ou protégé par un mot de passe. Enregistrez-le à nouveau, ou en CSV.".to_owned()
        }
        Unreadable::Binary => "Ce fichier n’est ni un classeur ni un texte. Attendu\u{a0}: .xlsx, .ods, .xls ou .csv.".to_owned(),
        Unreadable::TooManyLines(seen) => format!("{seen} lignes\u{a0}: deux mille au plus. Coupez le fichier en deux."),
        Unreadable::TooManyColumns(seen) => format!("{seen} colonnes\u{a0}: soixante-quatre au plus."),
        Unreadable::TooLong { line, characters } => {
            format!("Une cellule de la ligne {line} a {characters} caractères\u{a0}: cinq cents au plus.")
        }
    }
}

/// The field of a column.
pub fn field_of(key: &str) -> &'static str {
    match key {
        "title" => "column_title",
        "amount" => "column_amount",
        "number" => "column_number",
        "day" => "column_day",
        _ => "file",
    }
}

/// An order of a file; `taken` answers those that could be read, in order.
pub fn order_line(told: orders::Told, taken: &mut impl Iterator<Item = Taken>, trial: bool) -> Line {
    let (line, what) = (told.line, told.what);
    match told.order {
        Err(why) => Line { line, what, outcome: why, written: 0, known: 0, refused: 1 },
        Ok(order) => {
            let total: Cents = order.lines.iter().map(|one| one.amount).sum();
            let what = format!("{what}, {}", total.fr());
            let kind = if order.signed.is_some() { "Commande signée" } else { "Commande prévue" };
            let one = taken.next().unwrap_or(Taken::Known);
            let outcome = outcome(&one, kind, trial);
            let (written, known, refused) = counts(&one);
            Line { line, what, outcome, written, known, refused }
        }
    }
}

/// A movement of an extract.
pub fn chorus_line(told: chorus::Told, compared: &mut impl Iterator<Item = Compared>, trial: bool) -> Line {
    let (line, what) = (told.line, told.what);
    let movement = match told.movement {
        Ok(movement) => movement,
        Err(why) => return Line { line, what, outcome: why, written: 0, known: 0, refused: 1 },
    };
    let one = compared.next().unwrap_or_default();
    let (written, known, refused) = one.counts();
    let mut words = Vec::new();
    match &one.refused {
        Some(NotTaken::UnknownOrder) => words.push(format!(
            "Aucune commande signée de cette convention ne porte le numéro {}. Reprenez d’abord la commande.",
            movement.number
        )),
        Some(other) => words.push(why(other)),
        None => {}
    }
    if let (Some(here), Some(said)) = (one.committed_here, movement.committed) {
        words.push(format!("Chorus dit {} engagés, la maison {}.", said.fr(), here.fr()));
    }
    if let (Some(taken), Some(amount)) = (&one.certified, movement.certified) {
        let kind = format!("Service fait de {}", amount.fr());
        words.push(if *taken == Taken::Written {
            format!("{kind}\u{a0}: {} à l’intrapreneur.", if trial { "sera signalé" } else { "signalé" })
        } else {
            outcome(taken, &kind, trial)
        });
    }
    if let (Some(taken), Some(amount)) = (&one.paid, movement.paid) {
        words.push(outcome(taken, &format!("Paiement de {}", amount.fr()), trial));
    }
    if words.is_empty() {
        words.push("La maison dit la même chose.".to_owned());
    }
    Line { line, what, outcome: words.join(" "), written, known, refused }
}

fn counts(taken: &Taken) -> (usize, usize, usize) {
    match taken {
        Taken::Written => (1, 0, 0),
        Taken::Known => (0, 1, 0),
        Taken::Refused(_) => (0, 0, 1),
    }
}

fn outcome(taken: &Taken, kind: &str, trial: bool) -> String {
    match taken {
        Taken::Written if trial => format!("{kind}\u{a0}: sera écrit."),
        Taken::Written => format!("{kind}\u{a0}: écrit."),
        Taken::Known => format!("{kind}\u{a0}: déjà connu."),
        Taken::Refused(cause) => why(cause),
    }
}

fn why(cause: &NotTaken) -> String {
    match cause {
        NotTaken::NumberTaken { amount: Some(amount) } => {
            format!("Une commande de ce numéro est déjà inscrite, pour {}.", amount.fr())
        }
        NotTaken::NumberTaken { amount: None } => {
            "Une commande d’une autre convention porte déjà ce numéro\u{a0}: vérifiez les dix chiffres."
                .to_owned()
        }
        NotTaken::Findings(found) => found.iter().map(|one| sentence(one.fr())).collect::<Vec<_>>().join(" "),
        NotTaken::UnknownOrder => "Aucune commande signée de cette convention ne porte ce numéro.".to_owned(),
        NotTaken::Closed => "La commande est soldée\u{a0}: rien ne s’y inscrit plus.".to_owned(),
        NotTaken::BeforeSignature => "Ce jour vient avant la signature de la commande.".to_owned(),
        NotTaken::MoreThanCommitted { asked, left } => {
            format!("{} dépasse ce qui reste à certifier\u{a0}: {}.", asked.fr(), left.fr())
        }
        NotTaken::NotCertified { asked, left } => format!(
            "{} dépasse ce que l’intrapreneur a certifié ce jour-là et que personne n’a payé\u{a0}: {}.",
            asked.fr(),
            left.fr()
        ),
    }
}
