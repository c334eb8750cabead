use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use socle::pages::{Choice, FormErrors, Page};
use socle::web::{Filled, Problem, Visitor, answered, page, redirect};

use super::agreement::sentence;
use super::agreement_head::{address, found, head, refused};
use super::typed;
use crate::Incubator;
use crate::model::agreement::Agreement;
use crate::model::amendment::Amendment;
use crate::model::body::BodyKey;
use crate::model::credit_plan::{CreditPlanLine, PlanNature};
use crate::model::evidence::{CopiedDocument, Copy};
use crate::model::expert::Expert;
use crate::model::fact::Fact;
use crate::model::money::{CommitmentAuthorisation, PaymentCredit};
use crate::model::named::Named as _;
use crate::model::notice::{Notice, NoticeKind};
use crate::model::party::Party;
use crate::model::publication::{Channel, Publication};
use crate::model::signature::Signature;
use crate::model::suspension::Suspended;
use crate::model::visa::{Visa, VisaOpinion};
use crate::store::agreement::Filed;
use crate::store::fact;

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new().route("/incubateur/conventions/{reference}/vie/{what}", get(show).post(record))
}

/// A kind of fact that people record.
pub(super) struct Form {
    pub name: &'static str,
    pub label: &'static str,
    about: &'static str,
    /// The fields it shows.
    fields: &'static [&'static str],
}

impl Form {
    /// Whether it is of use only as long as a party has not signed.
    pub(super) fn is_before_signing(&self) -> bool {
        matches!(self.name, "avis" | "signature")
    }
}

/// All of them.
pub(super) const FORMS: [Form; 8] = [
    Form {
        name: "avis",
        label: "Un avis avant signature",
        about: "Contrôle budgétaire, finances, juridique\u{a0}: qui est consulté, et ce qu’il répond.",
        fields: &["body", "requested", "opinion", "given", "told"],
    },
    Form {
        name: "signature",
        label: "Une signature",
        about: "Quand toutes les parties ont signé, la convention l’est.",
        fields: &["party", "day", "signatory"],
    },
    Form {
        name: "publication",
        label: "Une publication",
        about: "Là où la convention le dit, la date de publication la fait entrer en vigueur.",
        fields: &["channel", "day", "told"],
    },
    Form {
        name: "copie",
        label: "L’envoi d’une copie",
        about: "Les comptables et contrôleurs nommés par la convention reçoivent une copie.",
        fields: &["body", "number", "day", "told"],
    },
    Form {
        name: "avenant",
        label: "Un avenant",
        about: "Rien ne change avant sa signature.",
        fields: &["number", "requested", "signed", "until", "year", "ae", "cp", "told"],
    },
    Form {
        name: "preavis",
        label: "Un préavis ou une mise en demeure",
        about: "La fin se calcule depuis le jour de l’envoi, si une clause le prévoit.",
        fields: &["notice", "body", "day", "told"],
    },
    Form {
        name: "suspension",
        label: "Une suspension",
        about: "Tant qu’elle dure, aucune commande ne se signe.",
        fields: &["day", "reason"],
    },
    Form {
        name: "expert",
        label: "Une déclaration d’intérêts",
        about: "Pour chaque expert mobilisé, là où la convention le demande.",
        fields: &["name", "role", "signed"],
    },
];

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Typed {
    channel: String,
    notice: String,
    body: String,
    number: String,
    day: String,
    requested: String,
    signed: String,
    until: String,
    year: String,
    ae: String,
    cp: String,
    told: String,
    reason: String,
    name: String,
    role: String,
    opinion: String,
    given: String,
}

#[derive(Template)]
#[template(path = "agreement/fact.html")]
struct FactPage {
    page: Page,
    agreement: String,
    base: String,
    form: &'static Form,
    channels: Vec<Choice>,
    notices: Vec<Choice>,
    bodies: Vec<Choice>,
    /// Parties that have not signed.
    parties: Vec<Choice>,
    opinions: Vec<Choice>,
    new: Typed,
    errors: FormErrors,
}

impl FactPage {
    fn has(&self, field: &str) -> bool {
        self.form.fields.contains(&field)
    }

    fn is_copy(&self) -> bool {
        self.form.name == "copie"
    }

    fn body_label(&self) -> &'static str {
        match self.form.name {
            "copie" => "À qui",
            "avis" => "Qui est consulté",
            _ => "Par qui",
        }
    }

    fn number_hint(&self) -> &'static str {
        if self.is_copy() { "Rien pour la convention elle-même" } else { "" }
    }

    fn day_label(&self) -> &'static str {
        if self.form.name == "suspension" { "Suspendue depuis le" } else { "Jour" }
    }

    fn requested_is_optional(&self) -> bool {
        self.form.name != "avis"
    }

    fn signed_label(&self) -> &'static str {
        if self.form.name == "expert" { "Intérêts déclarés le" } else { "Signé le" }
    }

    /// What the free text tells, in this form.
    fn told_label(&self) -> &'static str {
        match self.form.name {
            "publication" => "Adresse de la publication",
            "copie" => "Preuve de l’envoi",
            "avenant" => "Ce qu’il change",
            "avis" => "Réserves ou raisons",
            _ => "Motif",
        }
    }
}

fn named(what: &str) -> Result<&'static Form, Problem> {
    FORMS.iter().find(|form| form.name == what).ok_or(Problem::NotFound)
}

fn form(
    incubator: &Incubator,
    visitor: &Visitor,
    filed: &Filed,
    form: &'static Form,
    (new, errors): (Typed, FormErrors),
) -> Response {
    let (page_of, head, _) = head(visitor, filed, incubator.today(), "/vie");
    let written = &filed.agreement.written;
    let shown = FactPage {
        page: page_of,
        agreement: head.title,
        base: address(&written.reference),
        form,
        channels: Channel::ALL
            .iter()
            .map(|one| Choice::new(one.as_str(), &sentence(one.fr()), &new.channel))
            .collect(),
        notices: NoticeKind::ALL
            .iter()
            .map(|one| Choice::new(one.as_str(), &sentence(one.fr()), &new.notice))
            .collect(),
        parties: unsigned(&filed.agreement)
            .map(|one| Choice::new(&one.body.0, filed.agreement.name_of(&one.body), &new.body))
            .collect(),
        opinions: VisaOpinion::ALL
            .iter()
            .map(|one| Choice::new(one.as_str(), &sentence(one.fr()), &new.opinion))
            .collect(),
        bodies: written.bodies.iter().map(|one| Choice::new(&one.key.0, &one.name, &new.body)).collect(),
        new,
        errors: errors.clone(),
    };
    answered(page(&shown), &errors)
}

async fn show(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((reference, what)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let (filed, _) = found(&incubator, &visitor, "fact.record", &reference).await?;
    let asked = named(&what)?;
    if asked.is_before_signing() && unsigned(&filed.agreement).next().is_none() {
        return Err(refused(
            "Toutes les parties ont signé\u{a0}: il n’y a plus d’avis ni de signature à inscrire.",
        ));
    }
    Ok(form(&incubator, &visitor, &filed, asked, Default::default()))
}

async fn record(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((reference, what)): Path<(String, String)>,
    Filled(new): Filled<Typed>,
) -> Result<Response, Problem> {
    let (filed, _) = found(&incubator, &visitor, "fact.record", &reference).await?;
    let asked = named(&what)?;
    let mut errors = FormErrors::default();
    let fact = read(&incubator, &filed.agreement, asked.name, &new, &mut errors);
    let Some(fact) = fact.filter(|_| errors.is_empty()) else {
        return Ok(form(&incubator, &visitor, &filed, asked, (new, errors)));
    };
    let knowledge = incubator.knowledge().await?;
    fact::record(&incubator.database, &knowledge, visitor.actor(), filed.id, fact).await?;
    Ok(redirect(&format!("{}/vie?fait=fait-inscrit", address(&reference))))
}

/// The parties that have not signed.
pub(super) fn unsigned(agreement: &Agreement) -> impl Iterator<Item = &Party> {
    let whole = agreement.written.signed_on.is_some();
    agreement.written.parties.iter().filter(move |party| !whole && party.signed_on.is_none())
}

/// An opinion, asked for or given.
fn visa(
    agreement: &Agreement,
    new: &Typed,
    errors: &mut FormErrors,
    (today, note): (jiff::civil::Date, Option<String>),
) -> Option<Fact> {
    let body = body(agreement, errors, &new.body);
    let asked_on = typed::past_day(errors, "requested", &new.requested, today);
    let opinion = VisaOpinion::from_name(&new.opinion);
    let given_on = if opinion.is_some() { typed::past_day(errors, "given", &new.given, today) } else { None };
    if opinion.is_none() && !new.given.trim().is_empty() {
        errors.add("opinion", "Dites ce qui est répondu.");
    }
    if asked_on.zip(given_on).is_some_and(|(asked, given)| given < asked) {
        errors.add("given", "La réponse vient avant la demande.");
    }
    if opinion.is_some_and(|one| one != VisaOpinion::Favourable) && note.is_none() {
        errors.add("told", "Dites les réserves, ou pourquoi l’avis est défavorable.");
    }
    Some(Fact::Visa(Visa { body: body?, asked_on: asked_on?, opinion, given_on, note }))
}

/// The signature of a party that has not signed.
fn signature(
    agreement: &Agreement,
    new: &Typed,
    errors: &mut FormErrors,
    today: jiff::civil::Date,
) -> Option<Fact> {
    let party = unsigned(agreement).find(|party| party.body.0 == new.body).map(|party| party.body.clone());
    if party.is_none() {
        errors.add("body", "Choisissez une partie qui n’a pas encore signé.");
    }
    let on = typed::past_day(errors, "day", &new.day, today);
    let by = typed::text(errors, "name", &new.name, "Indiquez qui a signé.", 120);
    let title = Some(new.role.trim().chars().take(120).collect::<String>()).filter(|text| !text.is_empty());
    Some(Fact::Signature(Signature { party: party?, by, title, on: on? }))
}

/// A body of the agreement.
fn body(agreement: &Agreement, errors: &mut FormErrors, typed: &str) -> Option<BodyKey> {
    let known = agreement.written.bodies.iter().find(|body| body.key.0 == typed);
    if known.is_none() {
        errors.add("body", "Choisissez un organisme de la convention.");
    }
    known.map(|body| body.key.clone())
}

fn read(
    incubator: &Incubator,
    agreement: &Agreement,
    what: &str,
    new: &Typed,
    errors: &mut FormErrors,
) -> Option<Fact> {
    let today = incubator.today();
    let told = Some(new.told.trim().chars().take(500).collect::<String>()).filter(|text| !text.is_empty());
    match what {
        "publication" => {
            let channel = Channel::from_name(&new.channel);
            if channel.is_none() {
                errors.add("channel", "Choisissez où elle est publiée.");
            }
            let published_on = typed::past_day(errors, "day", &new.day, today);
            let sound = |text: &String| text.starts_with("https://") || text.starts_with("http://");
            if !told.as_ref().is_none_or(sound) {
                errors.add("told", "Indiquez une adresse qui commence par https://, ou rien.");
            }
            Some(Fact::Publication(Publication {
                channel: channel?,
                published_on: published_on?,
                by: None,
                address: told,
            }))
        }
        "copie" => {
            let recipient = body(agreement, errors, &new.body);
            let sent_on = typed::past_day(errors, "day", &new.day, today);
            let amendment = maybe_number(errors, &new.number);
            if amendment
                .is_some_and(|number| !agreement.facts.amendments.iter().any(|one| one.number == number))
            {
                errors.add("number", "Aucun avenant ne porte ce numéro.");
            }
            let document =
                if amendment.is_some() { CopiedDocument::Amendment } else { CopiedDocument::Agreement };
            Some(Fact::Copy(Copy {
                document,
                amendment,
                recipient: recipient?,
                sent_on: sent_on?,
                proof: told,
            }))
        }
        "avenant" => amendment(agreement, new, errors, (today, told)),
        "preavis" => {
            let kind = NoticeKind::from_name(&new.notice);
            if kind.is_none() {
                errors.add("notice", "Choisissez ce qui est envoyé.");
            }
            let by = body(agreement, errors, &new.body);
            let sent_on = typed::past_day(errors, "day", &new.day, today);
            Some(Fact::Notice(Notice {
                kind: kind?,
                sent_on: sent_on?,
                by: by?,
                ground: told,
                cured_on: None,
            }))
        }
        "suspension" => {
            if agreement.facts.suspensions.iter().any(|one| one.to.is_none_or(|to| to >= today)) {
                errors.add("day", "Une suspension est déjà en cours\u{a0}: levez-la d’abord.");
            }
            let from = typed::past_day(errors, "day", &new.day, today);
            let reason =
                typed::text(errors, "reason", &new.reason, "Dites pourquoi l’exécution est suspendue.", 500);
            Some(Fact::Suspension(Suspended { from: from?, to: None, reason }))
        }
        "avis" => visa(agreement, new, errors, (today, told)),
        "signature" => signature(agreement, new, errors, today),
        "expert" => {
            let name = typed::text(errors, "name", &new.name, "Indiquez le nom de l’expert.", 120);
            let declared_on = if new.signed.trim().is_empty() {
                None
            } else {
                typed::past_day(errors, "signed", &new.signed, today)
            };
            let role =
                Some(new.role.trim().chars().take(120).collect::<String>()).filter(|text| !text.is_empty());
            Some(Fact::Expert(Expert { name, role, declared_on, reviewed_by: None }))
        }
        _ => None,
    }
}

fn maybe_number(errors: &mut FormErrors, typed: &str) -> Option<u16> {
    let typed = typed.trim();
    if typed.is_empty() {
        return None;
    }
    let number = typed.parse().ok().filter(|number| *number > 0);
    if number.is_none() {
        errors.add("number", "Indiquez le numéro de l’avenant, par exemple 1.");
    }
    number
}

/// An amendment: numbered after the others, asked for and signed in that order, with at least one thing changed.
fn amendment(
    agreement: &Agreement,
    new: &Typed,
    errors: &mut FormErrors,
    (today, summary): (jiff::civil::Date, Option<String>),
) -> Option<Fact> {
    let number = maybe_number(errors, &new.number);
    if number.is_none() && errors.is_empty() {
        errors.add("number", "Indiquez le numéro de l’avenant, par exemple 1.");
    }
    if number.is_some_and(|number| agreement.facts.amendments.iter().any(|one| one.number == number)) {
        errors.add("number", "Un avenant porte déjà ce numéro.");
    }
    let past = |errors: &mut FormErrors, field, typed: &str| {
        if typed.trim().is_empty() { None } else { typed::past_day(errors, field, typed, today) }
    };
    let requested_on = past(errors, "requested", &new.requested);
    let signed_on = past(errors, "signed", &new.signed);
    if requested_on.zip(signed_on).is_some_and(|(asked, signed)| signed < asked) {
        errors.add("signed", "La signature vient avant la demande.");
    }
    let until = typed::maybe_day(errors, "until", &new.until);
    let ae = typed::maybe_amount(errors, "ae", &new.ae);
    let cp = typed::maybe_amount(errors, "cp", &new.cp);
    let year = new.year.trim().parse::<i16>().ok().filter(|year| (2000..=2100).contains(year));
    if (ae.is_some() || cp.is_some()) && year.is_none() {
        errors.add("year", "Indiquez l’année des crédits ajoutés, par exemple 2021.");
    }
    let nature = agreement.written.plan.first().map_or(PlanNature::Indicative, |line| line.nature);
    let plan: Vec<CreditPlanLine> = year
        .filter(|_| ae.is_some() || cp.is_some())
        .map(|year| CreditPlanLine {
            year,
            ae: ae.map(CommitmentAuthorisation),
            cp: cp.map(PaymentCredit),
            nature,
        })
        .into_iter()
        .collect();
    if until.is_none() && plan.is_empty() && summary.is_none() && errors.is_empty() {
        errors.add("told", "Dites ce que l’avenant change.");
    }
    Some(Fact::Amendment(Amendment {
        number: number?,
        requested_on,
        requested_by: None,
        signed_on,
        until,
        plan,
        summary,
    }))
}
