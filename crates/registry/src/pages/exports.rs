use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::Response;
use axum::routing::{get, post};
use jiff::civil::Date;
use jiff::{Span, Timestamp};
use serde::Deserialize;
use socle::documents::DocumentError;
use socle::pages::{Choice, FormErrors, Page, format};
use socle::rights::{Grant, Scope};
use socle::web::{Problem, Visitor, answered, page, redirect};

use super::announcement::Done;
use super::journey_filters::STATUSES;
use super::period::{midnight, read_date};
use super::{operator_choices, place};
use crate::export::{counted, documents};
use crate::model::{ExportFormat, PublicStatus};
use crate::store::export::{
    self, Asked as Answer, Export, MOST_KEPT, MOST_WAITING, State as Standing, Wanted,
};
use crate::store::operator::{self, Operator};
use crate::store::{operator_of, territory, territory_of};
use crate::{Registry, SHEET, explanation};
use socle::web::{Asked, Filled, Number};

pub fn routes() -> Router<Arc<Registry>> {
    Router::new()
        .route("/registre/exports", get(list).post(ask))
        .route("/registre/exports/{id}/fichier", get(download))
        .route("/registre/exports/{id}/annuler", post(cancel))
}

const ACTION: &str = "journey.export";
/// Those who may not read what was sent export the rest.
const READ_SENT: &str = "journey.read_sent";
const TELLS_TERRITORY: &str = "Le fichier contient les trajets valides qui partent de votre territoire ou y arrivent. Les personnes et les trajets y portent des pseudonymes propres à votre collectivité\u{a0}; les heures sont arrondies à dix minutes, les distances à cent mètres et les lieux à une centaine de mètres au moins. Ce sont encore des données personnelles\u{a0}: qui voyage chaque jour peut être reconnu. Ne diffusez pas le fichier.";
const TELLS_ALL: &str = "Le fichier contient ce que votre serveur a envoyé\u{a0}: lieux exacts et clés d’identité. Ne le confiez qu’à qui en a besoin, et effacez-le ensuite.";
const TELLS_REST: &str = "Votre rôle ne permet pas de lire ce que votre serveur a envoyé\u{a0}: le fichier n’a ni lieu exact ni identité. L’administration de votre organisation peut demander l’export complet.";
const TELLS_TEAM: &str = "Le fichier ne dit rien des personnes\u{a0}; les heures sont arrondies à dix minutes, les distances à cent mètres et les lieux à une centaine de mètres au moins.";
/// How many exports the page lists.
const LISTED: u64 = 50;
/// The choice of a list that excludes nothing.
const EVERY: &str = "all";

/// What was typed.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Form {
    from: String,
    to: String,
    status: String,
    operator: String,
    format: String,
}

/// An export of the list.
struct Row {
    id: i64,
    period: String,
    only: String,
    format: &'static str,
    asked: String,
    state: &'static str,
    colour: &'static str,
    /// How far it is, or what it holds.
    told: String,
    /// From 0 to 100, while it is written.
    progress: Option<i64>,
    may_read: bool,
    may_cancel: bool,
}

impl Row {
    fn new(export: &Export, operators: &[Operator], today: Date, reads_sent: bool) -> Result<Self, Problem> {
        let standing = export.state()?;
        let paris = format::paris();
        let first = place::today(export.from_at.timestamp(), &paris);
        let last = place::today(export.to_at.timestamp(), &paris).saturating_sub(Span::new().days(1));
        let mut only = Vec::new();
        if let Some(status) = export.status.as_deref().and_then(|status| status.parse().ok()) {
            only.push(explanation::of_status(status).0.to_owned());
        }
        if let Some(id) = export.operator_id {
            only.extend(operators.iter().find(|one| one.id == id).map(|one| one.name.clone()));
        }
        if export.tells_sent {
            only.push("avec lieux exacts et identités".to_owned());
        }
        let (state, colour, told) = match standing {
            Standing::Waiting => {
                ("En attente", "info", "Il commence dès que les précédents sont écrits.".to_owned())
            }
            Standing::Running => (
                "En cours",
                "info",
                match export.reached_at {
                    Some(at) => format!("{}, jusqu’au {}", written(export.lines), place::day(at)),
                    None => "L’écriture commence.".to_owned(),
                },
            ),
            Standing::Ready => (
                "Prêt",
                "success",
                format!(
                    "{}, {}, jusqu’au {}",
                    counted(export.lines),
                    size(export.bytes.unwrap_or_default()),
                    export.expires_at.map_or_else(String::new, place::day),
                ),
            ),
            Standing::Failed => {
                ("Échoué", "error", "Demandez-le de nouveau, ou écrivez à l’équipe du registre.".to_owned())
            }
            Standing::Canceled => ("Annulé", "", "Vous pouvez le demander de nouveau.".to_owned()),
            Standing::Expired => {
                ("Retiré", "", "Un export est gardé sept jours. Demandez-le de nouveau.".to_owned())
            }
            Standing::Withdrawn => (
                "Retiré",
                "",
                "Une personne a demandé l’effacement de ses données depuis. Demandez-le de nouveau\u{a0}: elle n’y sera plus. Effacez aussi les copies déjà téléchargées."
                    .to_owned(),
            ),
        };
        Ok(Self {
            id: export.id,
            period: if first == last {
                format::date(first)
            } else {
                format!("{} – {}", format::date(first), format::date(last))
            },
            only: only.join(", "),
            format: format_name(export.format()?),
            asked: place::moment(export.asked_at),
            state,
            colour,
            told: if standing == Standing::Ready && export.tells_sent && !reads_sent {
                format!("{told}. Réservé à l’administration de votre organisation.")
            } else {
                told
            },
            progress: (standing == Standing::Running).then(|| progress(export, today)),
            may_read: standing == Standing::Ready && (reads_sent || !export.tells_sent),
            may_cancel: standing.is_open(),
        })
    }
}

/// « 12 trajets écrits »
fn written(lines: i64) -> String {
    format!("{} écrit{}", counted(lines), if lines > 1 { "s" } else { "" })
}

/// How much of its period an export has gone through, in hundredths.
fn progress(export: &Export, today: Date) -> i64 {
    let Some(reached) = export.reached_at else { return 0 };
    let from = export.from_at.timestamp().as_second();
    let end_of_today = midnight(today.saturating_add(Span::new().days(1)));
    let to = end_of_today.map_or(i64::MAX, Timestamp::as_second).min(export.to_at.timestamp().as_second());
    ((reached.timestamp().as_second() - from) * 100 / (to - from).max(1)).clamp(0, 100)
}

/// `12,4 Mo`.
fn size(bytes: i64) -> String {
    let tenths = |unit: i64| {
        let value = (bytes * 10 + unit / 2) / unit;
        format!("{},{}", format::integer(value / 10), value % 10)
    };
    match bytes {
        0..1_000 => format!("{bytes}\u{a0}octets"),
        1_000..1_000_000 => format!("{}\u{a0}ko", tenths(1_000)),
        _ => format!("{}\u{a0}Mo", tenths(1_000_000)),
    }
}

fn format_name(format: ExportFormat) -> &'static str {
    match format {
        ExportFormat::Csv => "CSV",
        ExportFormat::Spreadsheet => "Tableur",
        ExportFormat::Parquet => "Parquet",
    }
}

fn format_hint(format: ExportFormat) -> &'static str {
    match format {
        ExportFormat::Csv => "Texte lu par tous les tableurs et tous les programmes.",
        ExportFormat::Spreadsheet => {
            "Fichier .xlsx. Plus lent à écrire\u{a0}; pour moins d’un million de trajets."
        }
        ExportFormat::Parquet => "Pour les outils d’analyse de données. Le plus petit.",
    }
}

#[derive(Template)]
#[template(path = "exports.html")]
struct ExportsPage {
    page: Page,
    form: Form,
    statuses: Vec<Choice>,
    operators: Vec<Choice>,
    formats: Vec<Choice>,
    errors: FormErrors,
    rows: Vec<Row>,
    /// Whether one is being written: the page tells how to see it advance.
    in_progress: bool,
    perimeter: Perimeter,
    /// What the file tells of people and places, for whoever asks.
    tells: &'static str,
    /// Where one defines it; empty for those who may not.
    perimeter_href: String,
}

/// Where the perimeter of whoever asks stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Perimeter {
    /// No perimeter limits an operator, or the team.
    NotNeeded,
    ToDefine,
    ToAgree,
    Agreed,
}

async fn exports_page(
    registry: &Registry,
    visitor: &Visitor,
    scope: &Scope,
    mut form: Form,
    errors: FormErrors,
    done: &Done,
) -> Result<Response, Problem> {
    let today = place::today(registry.house.clock.now(), &format::paris());
    let of_operator = visible_operators(registry, scope).await?.is_empty();
    let operators = operator::list(&registry.database, &Scope::All).await?;
    if form.from.is_empty() && form.to.is_empty() && errors.is_empty() {
        let last_month = today.first_of_month().saturating_sub(Span::new().months(1));
        form.from = last_month.to_string();
        form.to = last_month.last_of_month().to_string();
    }
    if form.format.is_empty() {
        ExportFormat::Csv.as_str().clone_into(&mut form.format);
    }
    let territory = if *scope == Scope::All { None } else { territory_of(scope).filter(|id| *id >= 0) };
    let perimeter = match territory {
        None => Perimeter::NotNeeded,
        Some(id) if territory::perimeter(&registry.database, id).await?.is_empty() => Perimeter::ToDefine,
        Some(id) => match territory::find(&registry.database, scope, id).await? {
            Some(one) if one.agreed_at.is_some() => Perimeter::Agreed,
            _ => Perimeter::ToAgree,
        },
    };
    let reads_sent = visitor.grant(&SHEET, READ_SENT) != Grant::No;
    let rows = export::list(&registry.database, scope, LISTED).await?;
    let rows = rows
        .iter()
        .map(|export| Row::new(export, &operators, today, reads_sent))
        .collect::<Result<Vec<_>, _>>()?;
    let status =
        |status: PublicStatus| Choice::new(status.as_str(), explanation::of_status(status).0, &form.status);
    let shown = ExportsPage {
        page: done.announce(Page::of_service(visitor, &SHEET, "Exports")),
        statuses: if territory.is_some() {
            Vec::new()
        } else {
            let every = Choice::new(EVERY, "Tous les états", &form.status);
            std::iter::once(every).chain(STATUSES.into_iter().map(status)).collect()
        },
        operators: if of_operator {
            Vec::new()
        } else {
            let every = Choice::new(EVERY, "Tous les opérateurs", &form.operator);
            std::iter::once(every).chain(operator_choices(&operators, &form.operator)).collect()
        },
        formats: ExportFormat::ALL
            .into_iter()
            .map(|one| {
                let choice = Choice::new(one.as_str(), format_name(one), &form.format);
                Choice { hint: format_hint(one).to_owned(), ..choice }
            })
            .collect(),
        tells: match (operator_of(scope).is_some_and(|id| id >= 0), reads_sent) {
            _ if territory.is_some() => TELLS_TERRITORY,
            (true, true) => TELLS_ALL,
            (true, false) => TELLS_REST,
            (false, _) => TELLS_TEAM,
        },
        in_progress: rows.iter().any(|row| row.may_cancel),
        rows,
        form,
        perimeter,
        perimeter_href: territory
            .filter(|_| visitor.grant(&SHEET, "territory.manage") != Grant::No)
            .map_or_else(String::new, |id| format!("/registre/territoires/{id}/perimetre")),
        errors: errors.clone(),
    };
    Ok(answered(page(&shown), &errors))
}

/// The operators one may choose among: none for an operator, which only reads its own journeys.
async fn visible_operators(registry: &Registry, scope: &Scope) -> Result<Vec<Operator>, Problem> {
    let of_operator = operator_of(scope).is_some_and(|id| id >= 0);
    Ok(if of_operator { Vec::new() } else { operator::list(&registry.database, &Scope::All).await? })
}

async fn list(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Asked(form): Asked<Form>,
    Asked(done): Asked<Done>,
) -> Result<Response, Problem> {
    let scope = visitor.allow(&SHEET, ACTION)?;
    exports_page(&registry, &visitor, &scope, form, FormErrors::default(), &done).await
}

async fn ask(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Filled(form): Filled<Form>,
) -> Result<Response, Problem> {
    let scope = visitor.allow(&SHEET, ACTION)?;
    let operators = visible_operators(&registry, &scope).await?;
    let today = place::today(registry.house.clock.now(), &format::paris());
    let mut errors = FormErrors::default();
    let from = read_date(&form.from, today, "from", &mut errors);
    let to = read_date(&form.to, today, "to", &mut errors);
    if form.from.trim().is_empty() {
        errors.add("from", "Indiquez le premier jour des départs à emporter.");
    }
    if form.to.trim().is_empty() {
        errors.add("to", "Indiquez le dernier jour des départs à emporter.");
    }
    let both_typed = !form.from.trim().is_empty() && !form.to.trim().is_empty();
    if let (Some(from), Some(to)) = (from, to)
        && both_typed
        && to < from
    {
        let first = format::date(from);
        errors.add(
            "to",
            format!("La période finit avant de commencer : choisissez une date à partir du {first}."),
        );
    }
    let chosen = form.format.parse();
    if chosen.is_err() {
        errors.add("format", "Choisissez la forme du fichier.");
    }
    let bounds =
        from.and_then(midnight).zip(to.map(|to| to.saturating_add(Span::new().days(1))).and_then(midnight));
    if let (Some((from, to)), Ok(chosen), true) = (bounds, chosen, errors.is_empty()) {
        let wanted = Wanted {
            agent: visitor.signed_in.as_ref().map_or(0, |signed_in| signed_in.agent.id),
            format: chosen,
            operator: operators.iter().map(|one| one.id).find(|id| id.to_string() == form.operator),
            status: form.status.parse().ok(),
            from,
            to,
            tells_sent: visitor.grant(&SHEET, READ_SENT) == Grant::Own,
        };
        let refused = match export::ask(&registry.database, visitor.actor(), &scope, wanted).await? {
            Answer::Accepted(_) => {
                registry.wake_exports();
                return Ok(redirect("/registre/exports?fait=export-demande"));
            }
            Answer::TooManyWaiting => {
                format!(
                    "{MOST_WAITING} exports attendent déjà. Attendez que l’un soit prêt, ou annulez-en un."
                )
            }
            Answer::TooManyKept => {
                format!(
                    "{MOST_KEPT} exports sont déjà gardés. Attendez que les plus anciens soient retirés, au bout de sept jours."
                )
            }
            Answer::NotAgreed => {
                "L’équipe du registre doit d’abord accepter votre périmètre. Écrivez-lui si cela tarde."
                    .to_owned()
            }
        };
        errors.add("from", refused);
    }
    exports_page(&registry, &visitor, &scope, form, errors, &Done::default()).await
}

/// The file itself, opened piece by piece.
async fn download(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Number(id): Number,
) -> Result<Response, Problem> {
    let scope = visitor.allow(&SHEET, ACTION)?;
    let export = export::find(&registry.database, &scope, id).await?.ok_or(Problem::NotFound)?;
    if export.tells_sent {
        visitor.allow(&SHEET, READ_SENT)?;
    }
    if export.state()? != Standing::Ready {
        return Ok(redirect("/registre/exports?fait=export-absent"));
    }
    let reading = documents(&registry).open(&export.document(), &registry.keyring).await;
    let reading = match reading {
        // An archive holds no documents: after a restore, the row is all that is left.
        Err(DocumentError::File(cause)) if cause.kind() == std::io::ErrorKind::NotFound => {
            return Ok(redirect("/registre/exports?fait=export-absent"));
        }
        other => other.map_err(|cause| Problem::internal(&cause))?,
    };
    export::note_reading(&registry.database, visitor.actor(), id).await?;
    let format = export.format()?;
    let paris = format::paris();
    let first = place::today(export.from_at.timestamp(), &paris);
    let last = place::today(export.to_at.timestamp(), &paris).saturating_sub(Span::new().days(1));
    let name = format!("trajets-{first}-{last}.{}", format.as_str());
    Response::builder()
        .header(CONTENT_TYPE, format.media_type())
        .header(CONTENT_LENGTH, export.bytes.unwrap_or_default())
        .header(CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\""))
        .body(Body::from_stream(reading.into_stream()))
        .map_err(|cause| Problem::internal(&cause))
}

async fn cancel(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Number(id): Number,
) -> Result<Response, Problem> {
    let scope = visitor.allow(&SHEET, ACTION)?;
    if export::find(&registry.database, &scope, id).await?.is_none() {
        return Err(Problem::NotFound);
    }
    let canceled = export::cancel(&registry.database, visitor.actor(), &scope, id).await?;
    Ok(redirect(if canceled { "/registre/exports?fait=export-annule" } else { "/registre/exports" }))
}
