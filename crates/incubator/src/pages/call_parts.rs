//! The criteria, the questions of eligibility and the questions of the form, while an edition is a draft.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use socle::pages::{Choice, FormErrors, Page};
use socle::web::{Filled, Problem, Visitor, answered, page, redirect};

use super::agreement::sentence;
use super::call_head::{MOST, address, desk_page, not_now, numbered, organised};
use crate::Incubator;
use crate::model::call::{Criterion, Description, EligibilityQuestion, FormQuestion, MarkStage, Scale, Step};
use crate::model::named::Named as _;
use crate::store::call_edition::{self, Edition};

const LABEL: [&str; MOST] = numbered!("label_");
const HELP: [&str; MOST] = numbered!("help_");
const NUMBER: [&str; MOST] = numbered!("number_");
const FIRST: [&str; MOST] = numbered!("first_");
const SECOND: [&str; MOST] = numbered!("second_");

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new().route("/incubateur/appels/{slug}/suivi/formulaire/{part}", get(show).post(take))
}

type Typed = BTreeMap<String, String>;

/// A part of an edition that is a list.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Criteria,
    Eligibility,
    Questions,
}

impl Part {
    fn read(name: &str) -> Option<Self> {
        Some(match name {
            "criteres" => Self::Criteria,
            "recevabilite" => Self::Eligibility,
            "questions" => Self::Questions,
            _ => return None,
        })
    }

    fn name(self) -> &'static str {
        match self {
            Self::Criteria => "criteres",
            Self::Eligibility => "recevabilite",
            Self::Questions => "questions",
        }
    }

    fn words(self) -> Words {
        match self {
            Self::Criteria => Words {
                title: "Les critères",
                lead: "Ce que le jury note. Une ligne vide disparaît.",
                row: "Critère",
                label: "Ce qui est noté",
                help: "",
                number: "Coefficient, de 1 à 10",
                first: "Comment",
                second: "Quand",
            },
            Self::Eligibility => Words {
                title: "La recevabilité",
                lead: "Des questions par oui ou par non, posées d’abord. Une ligne vide disparaît.",
                row: "Question",
                label: "La question",
                help: "Pourquoi elle compte",
                number: "",
                first: "Réponse qui rend non recevable",
                second: "",
            },
            Self::Questions => Words {
                title: "Les questions du formulaire",
                lead: "Une question par page. Une ligne vide disparaît.",
                row: "Question",
                label: "La question",
                help: "L’aide, sous la question",
                number: "Caractères au plus, de 100 à 5 000",
                first: "La réponse est",
                second: "",
            },
        }
    }

    fn firsts(self, present: &str) -> Vec<Choice> {
        match self {
            Self::Criteria => choices(Scale::ALL, present),
            Self::Eligibility => vec![Choice::new("non", "Non", present), Choice::new("oui", "Oui", present)],
            Self::Questions => {
                vec![Choice::new("oui", "Obligatoire", present), Choice::new("non", "Facultative", present)]
            }
        }
    }
}

fn choices<T: crate::model::named::Named>(all: &[T], present: &str) -> Vec<Choice> {
    all.iter().map(|one| Choice::new(one.as_str(), &sentence(one.fr()), present)).collect()
}

/// What a part is called; what is empty is not asked.
struct Words {
    title: &'static str,
    lead: &'static str,
    row: &'static str,
    label: &'static str,
    help: &'static str,
    number: &'static str,
    first: &'static str,
    second: &'static str,
}

/// The fields of a line.
struct Row {
    rank: usize,
    label: (&'static str, String, String),
    help: (&'static str, String),
    number: (&'static str, String, String),
    first: (&'static str, Vec<Choice>),
    second: (&'static str, Vec<Choice>),
}

#[derive(Template)]
#[template(path = "call/parts.html")]
struct PartsPage {
    page: Page,
    action: String,
    words: Words,
    rows: Vec<Row>,
    errors: FormErrors,
}

fn form(visitor: &Visitor, edition: &Edition, part: Part, (new, errors): (&Typed, FormErrors)) -> Response {
    let value = |field: &str| new.get(field).cloned().unwrap_or_default();
    let rows = (0..MOST).map(|at| Row {
        rank: at + 1,
        label: (LABEL[at], value(LABEL[at]), errors.of(LABEL[at])),
        help: (HELP[at], value(HELP[at])),
        number: (NUMBER[at], value(NUMBER[at]), errors.of(NUMBER[at])),
        first: (FIRST[at], part.firsts(&value(FIRST[at]))),
        second: (SECOND[at], choices(MarkStage::ALL, &value(SECOND[at]))),
    });
    let shown = PartsPage {
        page: desk_page(visitor, edition, part.words().title),
        action: format!("{}/suivi/formulaire/{}", address(&edition.row.slug), part.name()),
        words: part.words(),
        rows: rows.collect(),
        errors: errors.clone(),
    };
    answered(page(&shown), &errors)
}

/// What the edition says now, as the form shows it.
fn present(told: &Description, part: Part) -> Typed {
    let mut shown = Typed::new();
    let mut put = |values: [(&'static str, String); 4]| {
        shown.extend(values.map(|(field, value)| (field.to_owned(), value)));
    };
    let yes = |yes: bool| if yes { "oui" } else { "non" }.to_owned();
    match part {
        Part::Criteria => {
            for (at, one) in told.criteria.iter().take(MOST).enumerate() {
                put([
                    (LABEL[at], one.label.clone()),
                    (NUMBER[at], one.weight.to_string()),
                    (FIRST[at], one.scale.to_string()),
                    (SECOND[at], one.stage.to_string()),
                ]);
            }
        }
        Part::Eligibility => {
            for (at, one) in told.eligibility.iter().take(MOST).enumerate() {
                put([
                    (LABEL[at], one.text.clone()),
                    (HELP[at], one.why.clone()),
                    (FIRST[at], yes(one.ineligible_if)),
                    (NUMBER[at], String::new()),
                ]);
            }
        }
        Part::Questions => {
            for (at, one) in told.questions.iter().take(MOST).enumerate() {
                put([
                    (LABEL[at], one.label.clone()),
                    (HELP[at], one.help.clone()),
                    (FIRST[at], yes(one.required)),
                    (NUMBER[at], one.max.to_string()),
                ]);
            }
        }
    }
    shown
}

/// What was typed over what the edition says.
fn read(part: Part, new: &Typed, told: &mut Description, errors: &mut FormErrors) {
    let value = |field: &str, most: usize| -> String {
        new.get(field).map(|text| text.trim().chars().take(most).collect()).unwrap_or_default()
    };
    let (mut criteria, mut eligibility, mut questions) = (Vec::new(), Vec::new(), Vec::new());
    for at in 0..MOST {
        let (label, help) = (value(LABEL[at], 200), value(HELP[at], 400));
        if label.is_empty() {
            continue;
        }
        let key = format!("{}-{}", part.name(), at + 1);
        let number: Option<usize> =
            value(NUMBER[at], 10).replace([' ', '\u{a0}', '\u{202f}'], "").parse().ok();
        match part {
            Part::Criteria => {
                let weight =
                    number.and_then(|one| u8::try_from(one).ok()).filter(|one| (1..=10).contains(one));
                if weight.is_none() {
                    errors.add(NUMBER[at], "Indiquez un coefficient de 1 à 10.");
                }
                criteria.push(Criterion {
                    key,
                    label,
                    weight: weight.unwrap_or(1),
                    scale: Scale::from_name(&value(FIRST[at], 20)).unwrap_or(Scale::Ten),
                    stage: MarkStage::from_name(&value(SECOND[at], 20)).unwrap_or(MarkStage::Hearing),
                });
            }
            Part::Eligibility => eligibility.push(EligibilityQuestion {
                key,
                text: label,
                ineligible_if: value(FIRST[at], 3) == "oui",
                why: help,
            }),
            Part::Questions => {
                let max = number.filter(|one| (100..=5_000).contains(one));
                if max.is_none() {
                    errors.add(NUMBER[at], "Indiquez un nombre de caractères de 100 à 5 000.");
                }
                let required = value(FIRST[at], 3) == "oui";
                questions.push(FormQuestion { key, label, help, required, max: max.unwrap_or(100) });
            }
        }
    }
    match part {
        Part::Criteria if !criteria.iter().any(|one| one.stage == MarkStage::Hearing) => {
            errors.add(LABEL[0], "Gardez au moins un critère noté à l’audition.");
        }
        Part::Criteria => told.criteria = criteria,
        Part::Eligibility => told.eligibility = eligibility,
        Part::Questions if questions.is_empty() => {
            errors.add(LABEL[0], "Gardez au moins une question.");
        }
        Part::Questions => told.questions = questions,
    }
}

async fn draft(
    incubator: &Incubator,
    visitor: &Visitor,
    (slug, part): (&str, &str),
) -> Result<(Edition, Part), Problem> {
    let edition = organised(incubator, visitor, "call.write", slug).await?;
    let part = Part::read(part).ok_or(Problem::NotFound)?;
    if edition.step == Step::Draft {
        return Ok((edition, part));
    }
    Err(not_now(
        "L’appel est annoncé : ses critères et son formulaire ne changent plus, les candidats s’y préparent.",
    ))
}

async fn show(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((slug, part)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let (edition, part) = draft(&incubator, &visitor, (&slug, &part)).await?;
    Ok(form(&visitor, &edition, part, (&present(&edition.told, part), FormErrors::default())))
}

async fn take(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((slug, part)): Path<(String, String)>,
    Filled(new): Filled<Typed>,
) -> Result<Response, Problem> {
    let (edition, part) = draft(&incubator, &visitor, (&slug, &part)).await?;
    let (mut errors, mut told) = (FormErrors::default(), edition.told.clone());
    read(part, &new, &mut told, &mut errors);
    if !errors.is_empty() {
        return Ok(form(&visitor, &edition, part, (&new, errors)));
    }
    call_edition::describe(&incubator.database, visitor.actor(), edition, told).await?;
    Ok(redirect(&format!("{}/suivi?fait=appel-change", address(&slug))))
}
