//! Files that a finance desk has: a spreadsheet of orders, an extract of Chorus. Seen first, then written.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use socle::pages::{Choice, FormErrors, Page};
use socle::web::{Filled, Problem, Uploaded, Visitor, answered, page};

use super::agreement_head::{address, found, head};
use super::import_words::{self, Line, Report};
use crate::Incubator;
use crate::store::agreement::Filed;
use crate::store::{chorus_import, order_import};
use crate::table::{self, Chosen, Column, Table};

/// Orders that are already signed commit credits, and payments are written: the finance desk's.
const RIGHT: &str = "order.commit";

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new()
        .route("/incubateur/conventions/{reference}/credits/importer/{what}", get(show).post(receive))
        .route("/incubateur/conventions/{reference}/credits/importer/{what}/lire", post(read_again))
}

/// How much of a form a table may take when it comes back: below what the house reads.
const MOST_SENT_BACK: usize = 1_900_000;

/// How many bytes a table takes in a form.
fn sent_back(table: &Table) -> usize {
    let text = serde_json::to_string(table).unwrap_or_default();
    url::form_urlencoded::byte_serialize(text.as_bytes()).map(str::len).sum()
}

/// What a file holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Orders,
    Chorus,
}

impl What {
    fn named(name: &str) -> Result<Self, Problem> {
        match name {
            "commandes" => Ok(Self::Orders),
            "chorus" => Ok(Self::Chorus),
            _ => Err(Problem::NotFound),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Orders => "commandes",
            Self::Chorus => "chorus",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Orders => "Reprendre un tableau de commandes",
            Self::Chorus => "Rapprocher un extrait de Chorus",
        }
    }

    fn about(self) -> &'static str {
        match self {
            Self::Orders => {
                "Une ligne par commande, ou plusieurs avec le même numéro. Celles qui ont un numéro et un jour de signature engagent des crédits\u{a0}; les autres sont prévues."
            }
            Self::Chorus => {
                "Les lignes se rattachent aux commandes par leur numéro d’engagement. Les paiements s’inscrivent au registre. Un service fait lu dans Chorus est signalé à l’intrapreneur ou au chargé de suivi, qui le certifie."
            }
        }
    }
}

/// A column to choose.
struct ColumnField {
    name: String,
    label: String,
    choices: Vec<Choice>,
    optional: bool,
    error: String,
}

#[derive(Template)]
#[template(path = "agreement/import.html")]
struct ImportPage {
    page: Page,
    title: &'static str,
    about: &'static str,
    action: String,
    back: String,
    errors: FormErrors,
    pasted: String,
    /// The table that was read, as it comes back with the form; nothing before a file came.
    table: String,
    columns: Vec<ColumnField>,
    report: Option<Report>,
    lines: Vec<Line>,
}

/// What the page shows besides its form.
#[derive(Default)]
struct Shown {
    pasted: String,
    table: Option<(Table, Chosen)>,
    report: Option<Report>,
    lines: Vec<Line>,
    errors: FormErrors,
}

fn import_page(
    incubator: &Incubator,
    visitor: &Visitor,
    (filed, what): (&Filed, What),
    shown: Shown,
) -> Response {
    let (page_of, ..) = head(visitor, filed, incubator.today(), "/credits");
    let base = address(&filed.agreement.written.reference);
    let columns = incubator.columns.of(what.name());
    let fields = shown.table.as_ref().map_or_else(Vec::new, |(table, chosen)| {
        columns.iter().map(|column| field(column, table, chosen)).collect()
    });
    let errors = shown.errors;
    let told = ImportPage {
        page: page_of,
        title: what.title(),
        about: what.about(),
        action: format!("{base}/credits/importer/{}", what.name()),
        back: format!("{base}/credits"),
        errors: errors.clone(),
        pasted: shown.pasted,
        table: shown.table.and_then(|(table, _)| serde_json::to_string(&table).ok()).unwrap_or_default(),
        columns: fields,
        report: shown.report,
        lines: shown.lines,
    };
    answered(page(&told), &errors)
}

fn field(column: &Column, table: &Table, chosen: &Chosen) -> ColumnField {
    let at = chosen.at(&column.key).map(|at| at.to_string()).unwrap_or_default();
    let named = |(rank, name): (usize, &String)| {
        let label = if name.is_empty() { format!("colonne {}", rank + 1) } else { name.clone() };
        Choice::new(&rank.to_string(), &label, &at)
    };
    ColumnField {
        name: format!("column_{}", column.key),
        label: column.fr.clone(),
        choices: table.header.iter().enumerate().map(named).collect(),
        optional: !column.required,
        error: if column.required && at.is_empty() {
            "Choisissez la colonne.".to_owned()
        } else {
            String::new()
        },
    }
}

async fn show(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((reference, what)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let what = What::named(&what)?;
    let (filed, _) = found(&incubator, &visitor, RIGHT, &reference).await?;
    Ok(import_page(&incubator, &visitor, (&filed, what), Shown::default()))
}

/// A file, or cells pasted in the field: read, and told what would become of each line.
async fn receive(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((reference, what)): Path<(String, String)>,
    uploaded: Uploaded,
) -> Result<Response, Problem> {
    let what = What::named(&what)?;
    let (filed, _) = found(&incubator, &visitor, RIGHT, &reference).await?;
    let pasted = uploaded.field("text").to_owned();
    let (field, bytes) = match &uploaded.file {
        Some(file) => ("file", file.bytes.as_slice()),
        None => ("text", pasted.as_bytes()),
    };
    let table = match table::read(bytes) {
        Ok(table) => table,
        Err(cause) => {
            let mut shown = Shown::default();
            let nothing = uploaded.file.is_none() && pasted.trim().is_empty();
            let words = if nothing {
                "Choisissez un fichier, ou collez vos cellules.".to_owned()
            } else {
                import_words::unreadable(&cause)
            };
            shown.errors.add(if nothing { "file" } else { field }, words);
            shown.pasted = pasted;
            return Ok(import_page(&incubator, &visitor, (&filed, what), shown));
        }
    };
    if sent_back(&table) > MOST_SENT_BACK {
        let mut shown = Shown { pasted, ..Shown::default() };
        let words = "Ce tableau est trop grand pour être montré\u{a0}: gardez les colonnes utiles, ou coupez-le en deux.";
        shown.errors.add(field, words);
        return Ok(import_page(&incubator, &visitor, (&filed, what), shown));
    }
    let chosen = Chosen::guess(incubator.columns.of(what.name()), &table.header);
    judge(&incubator, &visitor, (&filed, what), (table, chosen), true).await
}

/// The table comes back with the columns that were chosen: tried again, or written.
async fn read_again(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((reference, what)): Path<(String, String)>,
    Filled(sent): Filled<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let what = What::named(&what)?;
    let (filed, _) = found(&incubator, &visitor, RIGHT, &reference).await?;
    let value = |name: &str| sent.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str());
    let table: Option<Table> = serde_json::from_str(value("table")).ok().filter(Table::is_sound);
    let Some(table) = table else {
        let mut shown = Shown::default();
        shown
            .errors
            .add("file", "Le tableau ne nous est pas revenu entier\u{a0}: choisissez le fichier à nouveau.");
        return Ok(import_page(&incubator, &visitor, (&filed, what), shown));
    };
    let mut chosen = Chosen::default();
    for column in incubator.columns.of(what.name()) {
        let at = value(&format!("column_{}", column.key)).parse().ok();
        chosen.set(&column.key, at.filter(|at| *at < table.header.len()));
    }
    judge(&incubator, &visitor, (&filed, what), (table, chosen), value("write") != "oui").await
}

/// What becomes of each line; a trial writes nothing.
async fn judge(
    incubator: &Incubator,
    visitor: &Visitor,
    (filed, what): (&Filed, What),
    (table, chosen): (Table, Chosen),
    trial: bool,
) -> Result<Response, Problem> {
    let missing = chosen.missing(incubator.columns.of(what.name()));
    if !missing.is_empty() {
        let names: Vec<&str> = missing.iter().map(|column| column.fr.as_str()).collect();
        let mut shown = Shown::default();
        let first = missing.first().map_or("file", |column| import_words::field_of(&column.key));
        shown
            .errors
            .add(first, format!("Il manque\u{a0}: {}. Dites quelle colonne c’est.", names.join(", ")));
        shown.table = Some((table, chosen));
        return Ok(import_page(incubator, visitor, (filed, what), shown));
    }
    let lines = match what {
        What::Orders => orders(incubator, visitor, filed, (&table, &chosen), trial).await?,
        What::Chorus => chorus(incubator, visitor, filed, (&table, &chosen), trial).await?,
    };
    let report = Some(Report::of(&lines, trial));
    let shown = Shown { table: Some((table, chosen)), report, lines, ..Shown::default() };
    Ok(import_page(incubator, visitor, (filed, what), shown))
}

async fn orders(
    incubator: &Incubator,
    visitor: &Visitor,
    filed: &Filed,
    (read_table, chosen): (&Table, &Chosen),
    trial: bool,
) -> Result<Vec<Line>, Problem> {
    let told =
        table::orders::orders(read_table, chosen, &filed.agreement.written.products, incubator.today());
    let read = told.iter().filter_map(|one| one.order.clone().ok()).collect();
    let knowledge = incubator.knowledge().await?;
    let taken =
        order_import::take(&incubator.database, &knowledge, visitor.actor(), filed.id, (read, trial)).await?;
    let mut taken = taken.into_iter();
    Ok(told.into_iter().map(|one| import_words::order_line(one, &mut taken, trial)).collect())
}

async fn chorus(
    incubator: &Incubator,
    visitor: &Visitor,
    filed: &Filed,
    (read_table, chosen): (&Table, &Chosen),
    trial: bool,
) -> Result<Vec<Line>, Problem> {
    let told = table::chorus::movements(read_table, chosen, incubator.today());
    let read = told.iter().filter_map(|one| one.movement.clone().ok()).collect();
    let knowledge = incubator.knowledge().await?;
    let compared =
        chorus_import::take(&incubator.database, &knowledge, visitor.actor(), filed.id, (read, trial))
            .await?;
    let mut compared = compared.into_iter();
    Ok(told.into_iter().map(|one| import_words::chorus_line(one, &mut compared, trial)).collect())
}
