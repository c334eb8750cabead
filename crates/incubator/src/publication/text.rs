//! An agreement as anyone may read it on a day: what is written, amendments signed by then, nothing that is hidden.

use jiff::civil::Date;
use serde::Serialize;
use socle::pages::format;

use crate::model::agreement::Agreement;
use crate::model::amendment::Amendment;
use crate::model::imputation::{Code, ImputationSet};
use crate::model::library::ClauseLibrary;
use crate::model::money::Cents;
use crate::model::named::Named as _;
use crate::model::party::Party;
use crate::model::redaction::{Choices, Hidden, MASK, Masking, RedactionRules};
use crate::model::standing::standing;
use crate::model::term::EffectRule;
use crate::pages::sentence;

/// Everything that is published, in French, amounts and days written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PublicText {
    pub reference: String,
    pub title: String,
    pub kind: String,
    /// The day it is told as of.
    #[serde(skip)]
    pub day: Date,
    pub date: String,
    pub facts: Vec<[String; 2]>,
    pub parties: Vec<[String; 4]>,
    pub products: Vec<String>,
    pub plan: Vec<[String; 4]>,
    pub contributions: Vec<[String; 4]>,
    pub imputations: Vec<[String; 2]>,
    /// Article, what it is about, what it says.
    pub clauses: Vec<[String; 3]>,
    /// Number and day of signature, what it changes.
    pub amendments: Vec<(String, Vec<String>)>,
    pub hidden: Vec<HiddenLine>,
    /// Facts of the days, for the metadata.
    #[serde(skip)]
    pub covers: Option<(Date, Date)>,
}

/// What was hidden under a rule, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HiddenLine {
    pub what: String,
    pub why: String,
    pub source: String,
    pub places: String,
}

/// The names of every natural person that an agreement and its facts tell.
fn people(agreement: &Agreement) -> impl Iterator<Item = &str> {
    let parties = agreement.written.parties.iter();
    let signed = agreement.facts.signatures.iter().map(|one| one.by.as_str());
    let experts = agreement.facts.experts.iter();
    parties
        .flat_map(|party| [party.represented_by.as_deref(), party.signed_by.as_deref()])
        .chain(experts.flat_map(|one| [Some(one.name.as_str()), one.reviewed_by.as_deref()]))
        .flatten()
        .chain(signed)
}

/// The text of an agreement as it holds on a day.
pub fn public_text(
    agreement: &Agreement,
    library: &ClauseLibrary,
    rules: &RedactionRules,
    choices: &Choices,
    day: Date,
) -> PublicText {
    let mut masking = Masking::new(people(agreement), &choices.words);
    let written = &agreement.written;
    let hides = |key: Hidden| {
        rules.rules.iter().any(|rule| rule.key == key && (!rule.choice || choices.hide_imputations))
    };
    let mut told = PublicText {
        reference: written.reference.clone(),
        title: masking.text("titre", &written.title),
        kind: sentence(written.kind.fr()),
        day,
        date: format!("Texte au {}", format::date(day)),
        facts: facts(agreement, &mut masking, day),
        parties: written.parties.iter().map(|party| party_line(agreement, party, &mut masking)).collect(),
        products: written.products.iter().map(|one| masking.text("services", &one.name)).collect(),
        plan: agreement
            .plan_on(day)
            .iter()
            .map(|line| {
                let (ae, cp) = (line.ae.map(|ae| ae.0), line.cp.map(|cp| cp.0));
                [line.year.to_string(), amount(ae), amount(cp), line.nature.fr().to_owned()]
            })
            .collect(),
        contributions: contributions(agreement, &mut masking),
        imputations: if hides(Hidden::Imputations) && !written.imputations.is_empty() {
            masking.hide(Hidden::Imputations, "imputations");
            Vec::new()
        } else {
            written.imputations.iter().flat_map(|set| imputation(agreement, set, &mut masking)).collect()
        },
        clauses: clauses(agreement, library, &mut masking),
        amendments: agreement
            .facts
            .amendments
            .iter()
            .filter_map(|one| amendment(one, &mut masking, day))
            .collect(),
        hidden: Vec::new(),
        covers: covers(agreement, day),
    };
    told.hidden = hidden(rules, &masking);
    told
}

fn amount(cents: Option<Cents>) -> String {
    cents.map_or_else(|| "n.c.".to_owned(), Cents::fr)
}

fn covers(agreement: &Agreement, day: Date) -> Option<(Date, Date)> {
    let course = standing(agreement, day).course;
    let from = course.cover_from.or(course.effect_on).or(course.signed_on)?;
    course.end.map(|end| (from, end.on)).filter(|(from, to)| from <= to)
}

/// What was hidden, rule by rule; those that found nothing are not told.
fn hidden(rules: &RedactionRules, masking: &Masking) -> Vec<HiddenLine> {
    rules
        .rules
        .iter()
        .filter(|rule| !masking.places(rule.key).is_empty())
        .map(|rule| HiddenLine {
            what: rule.fr.clone(),
            why: rule.why.clone(),
            source: rule.source.clone(),
            places: masking.places(rule.key).join(", "),
        })
        .collect()
}

fn facts(agreement: &Agreement, masking: &mut Masking, day: Date) -> Vec<[String; 2]> {
    let written = &agreement.written;
    let explained = standing(agreement, day);
    let course = &explained.course;
    let effect = match (course.effect_on, written.effect) {
        (Some(day), _) => format::date(day),
        (None, EffectRule::OnPublication { .. }) => "dès sa publication".to_owned(),
        (None, _) => "pas encore".to_owned(),
    };
    let known = |day: Option<Date>| day.map_or_else(|| "pas encore".to_owned(), format::date);
    let mut facts = vec![
        ["Référence".to_owned(), written.reference.clone()],
        ["Nature".to_owned(), sentence(written.kind.fr())],
        ["Signée le".to_owned(), known(course.signed_on)],
        ["En vigueur depuis le".to_owned(), effect],
    ];
    if let (Some(cover), true) = (course.cover_from, course.cover_from != course.effect_on) {
        facts.push(["Couvre les dépenses depuis le".to_owned(), format::date(cover)]);
    }
    if let Some(end) = &course.end {
        facts.push(["Dernier jour".to_owned(), format!("{}, {}", format::date(end.on), end.cause.fr())]);
    }
    for basis in &written.legal_bases {
        facts.push(["Fondement".to_owned(), masking.text("fondements", basis)]);
    }
    if let Some(manifesto) = &written.manifesto {
        facts.push(["Manifeste annexé".to_owned(), masking.text("manifeste", manifesto)]);
    }
    if let Some(before) = &written.predecessor {
        facts.push(["Fait suite à".to_owned(), masking.text("convention précédente", &before.title)]);
    }
    facts
}

/// Name, role, who speaks for it, signature: functions stay, people go.
fn party_line(agreement: &Agreement, party: &Party, masking: &mut Masking) -> [String; 4] {
    let name = agreement.name_of(&party.body).to_owned();
    let person = |masking: &mut Masking, who: Option<&String>, title: Option<&String>, place: String| {
        if who.is_some() {
            masking.hide(Hidden::People, &place);
        }
        match (who, title) {
            (Some(_), Some(title)) => format!("{MASK}, {}", masking.text(&place, title)),
            (Some(_), None) => MASK.to_owned(),
            (None, Some(title)) => masking.text(&place, title),
            (None, None) => "–".to_owned(),
        }
    };
    let (speaks, title) = (party.represented_by.as_ref(), party.representative_title.as_ref());
    let represented = person(masking, speaks, title, format!("représentant de {name}"));
    let delegation = party.signature_delegation.as_ref().or(party.signed_by_title.as_ref());
    let place = format!("signature de {name}");
    let mut signed = person(masking, party.signed_by.as_ref(), delegation, place);
    if let Some(day) = party.signed_on.or(agreement.written.signed_on) {
        signed = format!("{signed}, le {}", format::date(day));
    }
    let roles = party.roles.iter().map(|role| role.fr()).collect::<Vec<_>>().join(", ");
    [masking.text("parties", &name), roles, represented, signed]
}

fn contributions(agreement: &Agreement, masking: &mut Masking) -> Vec<[String; 4]> {
    let all = &agreement.written.contributions;
    if !all.is_empty() {
        masking.hide(Hidden::BankDetails, "participations");
    }
    all.iter()
        .map(|one| {
            [
                masking.text("participations", agreement.name_of(&one.funder)),
                one.amount.fr(),
                one.payment.fr().to_owned(),
                one.fund.clone().unwrap_or_else(|| "–".to_owned()),
            ]
        })
        .collect()
}

fn imputation(agreement: &Agreement, set: &ImputationSet, masking: &mut Masking) -> Vec<[String; 2]> {
    let of = set.side.map_or_else(String::new, |side| format!(" ({})", side.fr()));
    let fields: [(&str, &Option<Code>); 6] = [
        ("Axe ministériel", &set.ministerial_axis),
        ("Domaine fonctionnel", &set.functional_domain),
        ("Centre financier", &set.financial_centre),
        ("Activité", &set.activity),
        ("Centre de coût", &set.cost_centre),
        ("Fonds de concours", &set.fund),
    ];
    let bodies =
        [("Comptable assignataire", &set.assigning_accountant), ("Centre de services", &set.service_centre)];
    let codes = fields.into_iter().filter_map(|(label, code)| Some((label, code.as_ref()?.raw.clone())));
    let bodies = bodies
        .into_iter()
        .filter_map(|(label, body)| Some((label, agreement.name_of(body.as_ref()?).to_owned())));
    codes
        .chain(bodies)
        .map(|(label, value)| [format!("{label}{of}"), masking.text("imputations", &value)])
        .collect()
}

fn clauses(agreement: &Agreement, library: &ClauseLibrary, masking: &mut Masking) -> Vec<[String; 3]> {
    let all = agreement.written.clauses.iter();
    all.map(|clause| {
        let kind = library.clauses.get(&clause.key).map_or(clause.key.as_str(), |kind| kind.fr.as_str());
        let article = masking.text("articles", &clause.article);
        let text = masking.text(&format!("article {article}"), &clause.text);
        [article, sentence(kind), text]
    })
    .collect()
}

fn amendment(one: &Amendment, masking: &mut Masking, day: Date) -> Option<(String, Vec<String>)> {
    let signed = one.signed_on.filter(|on| *on <= day)?;
    let mut changes = Vec::new();
    changes.extend(one.until.map(|day| format!("nouveau dernier jour\u{a0}: {}", format::date(day))));
    changes.extend(one.plan.iter().map(|line| {
        let (ae, cp) = (amount(line.ae.map(|ae| ae.0)), amount(line.cp.map(|cp| cp.0)));
        format!("crédits de {} ajoutés\u{a0}: AE {ae}, CP {cp}", line.year)
    }));
    let place = format!("avenant n° {}", one.number);
    changes.extend(one.summary.as_ref().map(|text| masking.text(&place, text)));
    Some((format!("Avenant n°\u{a0}{}, signé le {}", one.number, format::date(signed)), changes))
}
