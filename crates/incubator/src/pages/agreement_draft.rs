use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use socle::pages::{Choice, FormErrors, Page};
use socle::web::{Asked, Filled, Name, Problem, Visitor, answered, page, redirect};

use super::agreement::sentence;
use super::agreement_head::{address, refused};
use crate::drafting::{Draft, DraftParty, DraftYear, Model};
use crate::file::{self, Problem as Mistake};
use crate::model::call::AwardKind;
use crate::model::credit_plan::PlanNature;
use crate::model::named::Named as _;
use crate::model::written::Kind;
use crate::store::agreement::{ReferenceTaken, file_for as keep};
use crate::store::{call_award, day};
use crate::{Incubator, SHEET};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new().route("/incubateur/conventions/nouvelle/{kind}", get(show).post(take))
}

/// How many years of credits the form has.
const YEARS: usize = 4;

/// What was typed, field by field; a name comes back as many times as boxes are ticked.
#[derive(Clone, Debug, Default)]
struct Typed(BTreeMap<String, Vec<String>>);

impl Typed {
    fn one(&self, name: &str) -> String {
        self.0.get(name).and_then(|all| all.first()).cloned().unwrap_or_default()
    }

    fn all(&self, name: &str) -> &[String] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }
}

/// The fields of a party.
struct PartyFields {
    legend: String,
    name: (String, String),
    represented: (String, String),
    signed_by: (String, String),
    signed_on: (String, String),
    errors: [String; 2],
}

/// A row of credits.
struct YearFields {
    rank: usize,
    year: String,
    ae: String,
    cp: String,
}

#[derive(Template)]
#[template(path = "agreement/draft.html")]
struct DraftPage {
    page: Page,
    kind: String,
    title: String,
    about: String,
    parties: Vec<PartyFields>,
    products: Vec<Choice>,
    effects: Vec<Choice>,
    natures: Vec<Choice>,
    years: Vec<YearFields>,
    has_contribution: bool,
    /// Whether it is the agreement of a call's laureate: what the jury asks.
    asks_conditions: bool,
    clauses: Vec<Choice>,
    new: Typed,
    errors: FormErrors,
    /// What the text says wrong and no field shows.
    others: Vec<String>,
}

/// What an agreement begins with.
#[derive(Clone, Copy)]
struct Beginning<'a> {
    /// The model's name.
    name: &'a str,
    model: &'a Model,
    kind: Kind,
}

fn named<'a>(incubator: &'a Incubator, name: &'a str) -> Result<Beginning<'a>, Problem> {
    let model = incubator.models.models.get(name).ok_or(Problem::NotFound)?;
    let kind = Kind::from_name(model.kind.as_deref().unwrap_or(name)).ok_or(Problem::NotFound)?;
    Ok(Beginning { name, model, kind })
}

async fn form(
    incubator: &Incubator,
    visitor: &Visitor,
    Beginning { name, model, kind }: Beginning<'_>,
    new: Typed,
    (errors, others): (FormErrors, Vec<String>),
) -> Result<Response, Problem> {
    let portfolio = incubator.portfolio().await?;
    let ticked = |choice: &mut Choice, name: &str| choice.selected = new.all(name).contains(&choice.value);
    let mut products: Vec<Choice> = portfolio
        .products
        .iter()
        .filter(|one| one.sheet.history.on(incubator.today()).is_none_or(|now| now.stage.is_active()))
        .map(|one| Choice::new(&one.slug, &one.sheet.name, ""))
        .collect();
    for choice in &mut products {
        ticked(choice, "products");
    }
    let mut clauses: Vec<Choice> = model
        .clauses
        .iter()
        .enumerate()
        .map(|(rank, clause)| {
            let known = incubator.library.clauses.get(&clause.clause);
            let words = sentence(known.map_or(clause.clause.as_str(), |kind| kind.fr.as_str()));
            let mut choice = Choice::new(&rank.to_string(), &words, "");
            choice.hint = format!("Article {}\u{a0}: {}", clause.article, clause.text);
            choice
        })
        .collect();
    let asked = !new.0.is_empty();
    for choice in &mut clauses {
        choice.selected = true;
        if asked {
            ticked(choice, "clauses");
        }
    }
    let field = |name: String| {
        let value = new.one(&name);
        (name, value)
    };
    let parties = (0..2)
        .map(|rank| {
            let role = crate::model::party::PartyRole::from_name(&model.roles[rank]);
            PartyFields {
                legend: sentence(role.map_or("partie", |role| role.fr())),
                name: field(format!("name{rank}")),
                represented: field(format!("represented{rank}")),
                signed_by: field(format!("signed_by{rank}")),
                signed_on: field(format!("signed_on{rank}")),
                errors: [
                    errors.of(if rank == 0 { "name0" } else { "name1" }),
                    errors.of(if rank == 0 { "signed_on0" } else { "signed_on1" }),
                ],
            }
        })
        .collect();
    let effect = new.one("effect");
    let shown = DraftPage {
        page: Page::of_service(visitor, &SHEET, "Inscrire une convention")
            .under("Conventions", "/incubateur/conventions"),
        kind: name.to_owned(),
        title: model.title.clone().unwrap_or_else(|| sentence(kind.fr())),
        about: model.about.clone(),
        parties,
        products,
        effects: [
            ("on_signature", "À la signature"),
            ("on_publication", "À la publication"),
            ("on_date", "À une date"),
        ]
        .iter()
        .map(|(value, label)| {
            Choice::new(value, label, if effect.is_empty() { "on_signature" } else { &effect })
        })
        .collect(),
        natures: PlanNature::ALL
            .iter()
            .map(|one| Choice::new(one.as_str(), &sentence(one.fr()), &new.one("nature")))
            .collect(),
        years: (0..YEARS)
            .map(|rank| YearFields {
                rank: rank + 1,
                year: new.one(&format!("year{rank}")),
                ae: new.one(&format!("ae{rank}")),
                cp: new.one(&format!("cp{rank}")),
            })
            .collect(),
        asks_conditions: model.asks("$conditions"),
        has_contribution: kind == Kind::Partnership || kind == Kind::Grant,
        clauses,
        new,
        errors: errors.clone(),
        others,
    };
    Ok(answered(page(&shown), &errors))
}

async fn show(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(kind): Name,
    Asked(asked): Asked<For>,
) -> Result<Response, Problem> {
    visitor.allow(&SHEET, "agreement.write")?;
    let found = named(&incubator, &kind)?;
    let new = match asked.laureat {
        Some(laureate) => begun(&incubator, found.model, laureate).await?,
        None => Typed::default(),
    };
    form(&incubator, &visitor, found, new, Default::default()).await
}

/// Whose agreement it is: the number of the application of a laureate.
#[derive(Default, Deserialize)]
#[serde(default)]
struct For {
    laureat: Option<i64>,
}

/// What the award of a laureate fills in.
async fn begun(incubator: &Incubator, model: &Model, laureate: i64) -> Result<Typed, Problem> {
    let award = call_award::find(&incubator.database, laureate).await?;
    let award = award.filter(|one| one.kind() == AwardKind::Agreement).ok_or(Problem::NotFound)?;
    if award.agreement_id.is_some() {
        return Err(refused("La convention de ce lauréat est déjà inscrite."));
    }
    let told = award.draft()?;
    let from = day::date(award.from_day);
    let amount = told.granted.to_string().replace(" €", "");
    let mut new = Typed::default();
    for (name, value) in [
        ("laureat", laureate.to_string()),
        ("title", told.title),
        ("name0", told.parties[0].clone()),
        ("name1", told.parties[1].clone()),
        ("products", award.product),
        ("effect", "on_signature".to_owned()),
        ("months", told.months.to_string()),
        ("nature", PlanNature::Firm.to_string()),
        ("year0", from.year().to_string()),
        ("ae0", amount),
        ("conditions", told.conditions.join("\n")),
    ] {
        new.0.insert(name.to_owned(), vec![value]);
    }
    // Every clause is proposed, as for any agreement.
    let ranks = (0..model.clauses.len()).map(|rank| rank.to_string());
    new.0.insert("clauses".to_owned(), ranks.collect());
    Ok(new)
}

/// What was typed one a line.
fn lines(typed: &str) -> Vec<String> {
    typed.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

fn draft(kind: Kind, new: &Typed, names: &BTreeMap<String, String>) -> Draft {
    let party = |rank: usize| DraftParty {
        name: new.one(&format!("name{rank}")),
        represented_by: new.one(&format!("represented{rank}")),
        signed_by: new.one(&format!("signed_by{rank}")),
        signed_on: new.one(&format!("signed_on{rank}")),
    };
    let products = new.all("products").iter();
    Draft {
        kind: kind.as_str().to_owned(),
        reference: new.one("reference"),
        title: new.one("title"),
        parties: [party(0), party(1)],
        products: products.filter_map(|slug| Some((slug.clone(), names.get(slug)?.clone()))).collect(),
        effect: new.one("effect"),
        effect_date: new.one("effect_date"),
        months: new.one("months"),
        until: new.one("until"),
        nature: new.one("nature"),
        years: (0..YEARS)
            .map(|rank| DraftYear {
                year: new.one(&format!("year{rank}")),
                ae: new.one(&format!("ae{rank}")),
                cp: new.one(&format!("cp{rank}")),
            })
            .collect(),
        contribution: new.one("contribution"),
        copies: lines(&new.one("copies")),
        conditions: lines(&new.one("conditions")),
        clauses: new.all("clauses").iter().filter_map(|rank| rank.parse().ok()).collect(),
    }
}

/// The field that shows a mistake of the text, and what to say beside it.
fn field_of(path: &str) -> Option<(&'static str, &'static str)> {
    const FIELDS: [(&str, &str, &str); 14] = [
        ("reference", "reference", "Donnez une référence courte, par exemple vergers-2026."),
        ("title", "title", "Donnez un titre à la convention."),
        ("bodies[1]", "name0", "Indiquez le nom de cet organisme."),
        ("bodies[2]", "name1", "Indiquez le nom de cet organisme."),
        ("bodies", "copies", "Un destinataire par ligne."),
        ("parties[1].signed_on", "signed_on0", "Indiquez un jour qui existe."),
        ("parties[2].signed_on", "signed_on1", "Indiquez un jour qui existe."),
        ("effect.date", "effect_date", "Indiquez le jour de la prise d’effet."),
        ("effect", "effect", "Choisissez ce qui fait entrer la convention en vigueur."),
        ("term.months", "months", "Indiquez un nombre de mois, par exemple 12."),
        ("term", "until", "Indiquez un nombre de mois ou un dernier jour qui existe, pas les deux."),
        (
            "plan",
            "plan",
            "Pour chaque année\u{a0}: l’année, des montants en euros, et la portée de l’échéancier.",
        ),
        ("contributions", "contribution", "Indiquez un montant en euros, par exemple 200 000."),
        ("clauses", "clauses", "Une clause gardée n’est pas complète."),
    ];
    FIELDS.iter().find(|(beginning, ..)| path.starts_with(beginning)).map(|(_, field, text)| (*field, *text))
}

async fn take(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(kind): Name,
    Filled(pairs): Filled<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    visitor.allow(&SHEET, "agreement.write")?;
    let found = named(&incubator, &kind)?;
    let mut new = Typed::default();
    for (name, value) in pairs {
        new.0.entry(name).or_default().push(value);
    }
    let portfolio = incubator.portfolio().await?;
    let names = portfolio.products.iter().map(|one| (one.slug.clone(), one.sheet.name.clone())).collect();
    let text = draft(found.kind, &new, &names).text(found.model);
    let (mut errors, mut others) = (FormErrors::default(), Vec::new());
    let reference = new.one("reference");
    let sound = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if !reference.trim().bytes().all(sound) {
        errors.add("reference", "Seulement des minuscules sans accent, des chiffres et des tirets.");
    }
    let read = match file::read("convention", &text, &incubator.library) {
        Ok(agreement) => Some(agreement),
        Err(unreadable) => {
            for Mistake { path, expected, .. } in unreadable.problems {
                match field_of(&path) {
                    Some((field, text)) if errors.of(field).is_empty() => errors.add(field, text),
                    Some(_) => {}
                    None => others.push(format!("{path}\u{a0}: {expected}")),
                }
            }
            if errors.is_empty() {
                errors.add("title", "La convention n’a pas pu être lue\u{a0}: voyez ci-dessous.");
            }
            None
        }
    };
    let Some(agreement) = read.filter(|_| errors.is_empty()) else {
        return form(&incubator, &visitor, found, new, (errors, others)).await;
    };
    let reference = agreement.written.reference.clone();
    let knowledge = incubator.knowledge().await?;
    let (database, keyring) = (&incubator.database, &incubator.keyring);
    let laureate = new.one("laureat").parse().ok();
    let kept = keep(database, keyring, &knowledge, visitor.actor(), agreement, laureate).await?;
    if kept == Err(ReferenceTaken) {
        errors.add("reference", "Une convention porte déjà cette référence.");
        return form(&incubator, &visitor, found, new, (errors, others)).await;
    }
    Ok(redirect(&format!("{}?fait=convention-inscrite", address(&reference))))
}
