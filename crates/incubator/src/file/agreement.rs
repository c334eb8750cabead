//! The agreement itself: what was written and signed.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    facts,
    node::{Node, Value},
    section::{Problems, Section},
    writing::{Choice, Writing},
};
use crate::model::{
    agreement::Agreement,
    bank_details::BankDetails,
    body::{Body, BodyKey},
    clause::{Clause, Parameter, Reference},
    contribution::{Contribution, PaymentRule},
    credit_plan::{CreditPlanLine, PlanNature},
    expert::Expert,
    imputation::{self, Code, ImputationSet},
    library::{ClauseLibrary, ParameterKind},
    named::Named,
    party::Party,
    predecessor::Predecessor,
    product::{PhaseEntry, Product},
    publication::Channel,
    term::{CoverFrom, EffectRule, Term, TermRule},
};

pub(super) fn read(node: &Node, problems: &Problems, library: &ClauseLibrary) -> Option<Agreement> {
    let mut file = Section::of(node, String::new(), problems)?;
    let reference = file.one("reference");
    let title = file.one("title");
    let kind = choice(&mut file, "kind");
    let scope = choice(&mut file, "scope");
    let legal_bases = file.many("legal_bases");
    let originals = file.maybe("originals");
    let signature = file.group("signature", |mut signature| {
        let read = (signature.maybe("on"), signature.maybe("at"));
        signature.finish();
        Some(read)
    });
    let (signed_on, signed_at) = signature.unwrap_or_default();
    let manifesto = file.maybe("manifesto");
    let bodies = file.list("bodies", body);
    let known: BTreeSet<BodyKey> = bodies.iter().map(|body| body.key.clone()).collect();
    let parties = file.list("parties", |section| party(section, &known));
    if parties.len() < 2 {
        file.wrong("parties", Some(format!("{} of them", parties.len())), "at least two parties");
    }
    let products = file.list("products", product);
    let effect = file.the_group("effect", effect);
    let term = file.group("term", term);
    let covered_acts = choices(&mut file, "covered_acts");
    let phases_allowed = choices(&mut file, "phases_allowed");
    let services_allowed = choices(&mut file, "services_allowed");
    let predecessor = file.group("predecessor", predecessor);
    if matches!(effect, Some((_, Some(CoverFrom::PredecessorEnd))))
        && predecessor.as_ref().is_none_or(|before| before.ended_on.is_none())
    {
        file.wrong("predecessor", None, "a predecessor with ended_on, since cover begins at its end");
    }
    let plan = file.list("plan", plan_line);
    let imputations = file.list("imputations", |section| imputation_set(section, &known));
    let contributions = file.list("contributions", |section| contribution(section, &known));
    let clauses = file.list("clauses", |section| clause(section, &known, library));
    let experts = file.list("experts", expert);
    let orders = file.list("orders", facts::order);
    let ledger = file.list("ledger", facts::entry);
    let publications = file.list("publications", |section| facts::publication(section, &known));
    let copies = file.list("copies", |section| facts::copy(section, &known));
    let amendments = file.list("amendments", |section| facts::amendment(section, &known));
    let notices = file.list("notices", |section| facts::notice(section, &known));
    let suspensions = file.list("suspensions", facts::suspended);
    let keys: BTreeSet<String> = clauses.iter().map(|clause: &Clause| clause.key.clone()).collect();
    let evidence = file.list("evidence", |section| facts::evidence(section, &keys));
    file.finish();
    let (effect, cover_from) = effect?;
    Some(Agreement {
        reference: reference?,
        title: title?,
        kind: kind?,
        scope: scope?,
        legal_bases,
        originals,
        signed_on,
        signed_at,
        manifesto,
        bodies,
        parties,
        products,
        effect,
        cover_from,
        term,
        covered_acts,
        phases_allowed,
        services_allowed,
        predecessor,
        plan,
        imputations,
        contributions,
        clauses,
        experts,
        orders,
        ledger,
        publications,
        copies,
        amendments,
        notices,
        suspensions,
        evidence,
    })
}

/// One value of a closed list, compulsory.
pub(super) fn choice<T: Named>(section: &mut Section, field: &'static str) -> Option<T> {
    section.one::<Choice<T>>(field).map(|choice| choice.0)
}

/// The same, not compulsory.
pub(super) fn maybe_choice<T: Named>(section: &mut Section, field: &'static str) -> Option<T> {
    section.maybe::<Choice<T>>(field).map(|choice| choice.0)
}

fn choices<T: Named>(section: &mut Section, field: &'static str) -> Vec<T> {
    section.many::<Choice<T>>(field).into_iter().map(|choice| choice.0).collect()
}

/// A body of the list, or a problem.
pub(super) fn known_body(
    section: &mut Section,
    field: &'static str,
    known: &BTreeSet<BodyKey>,
) -> Option<BodyKey> {
    let key = section.one::<BodyKey>(field)?;
    check_body(section, field, &key, known).then_some(key)
}

/// The same, not compulsory.
pub(super) fn maybe_body(
    section: &mut Section,
    field: &'static str,
    known: &BTreeSet<BodyKey>,
) -> Option<BodyKey> {
    let key = section.maybe::<BodyKey>(field)?;
    check_body(section, field, &key, known).then_some(key)
}

fn known_bodies(section: &mut Section, field: &'static str, known: &BTreeSet<BodyKey>) -> Vec<BodyKey> {
    let keys = section.many::<BodyKey>(field);
    keys.into_iter().filter(|key| check_body(section, field, key, known)).collect()
}

fn check_body(section: &Section, field: &str, key: &BodyKey, known: &BTreeSet<BodyKey>) -> bool {
    let is_known = known.contains(key);
    if !is_known {
        let list = known.iter().map(|key| key.0.as_str()).collect::<Vec<_>>().join(", ");
        section.wrong(field, Some(key.0.clone()), format!("a body listed in bodies: {list}"));
    }
    is_known
}

fn body(mut section: Section) -> Option<Body> {
    let (key, name, also_called) = (section.one("key"), section.one("name"), section.many("also_called"));
    section.finish();
    Some(Body { key: key?, name: name?, also_called })
}

fn party(mut section: Section, known: &BTreeSet<BodyKey>) -> Option<Party> {
    let body = known_body(&mut section, "body", known);
    let roles = choices(&mut section, "roles");
    if roles.is_empty() {
        section.wrong("roles", None, "at least one role");
    }
    let party = Party {
        body: body.clone().unwrap_or(BodyKey(String::new())),
        roles,
        designation: section.maybe("designation"),
        represented_by: section.maybe("represented_by"),
        representative_title: section.maybe("representative_title"),
        signed_by: section.maybe("signed_by"),
        signed_by_title: section.maybe("signed_by_title"),
        signature_delegation: section.maybe("signature_delegation"),
        signed_on: section.maybe("signed_on"),
        signature_kind: maybe_choice(&mut section, "signature_kind"),
    };
    section.finish();
    body.map(|_| party)
}

fn product(mut section: Section) -> Option<Product> {
    let (key, name) = (section.one("key"), section.one("name"));
    let is_procedure = section.maybe("is_procedure");
    let authenticates_users = section.maybe("authenticates_users");
    let supported_from = section.maybe("supported_from");
    let phases = section.list("phases", |mut entry| {
        let (phase, from) = (choice(&mut entry, "phase"), entry.one("from"));
        entry.finish();
        Some(PhaseEntry { phase: phase?, from: from? })
    });
    section.finish();
    Some(Product { key: key?, name: name?, is_procedure, authenticates_users, supported_from, phases })
}

fn effect(mut section: Section) -> Option<(EffectRule, Option<CoverFrom>)> {
    let rule: Option<String> = section.one("rule");
    let channel = maybe_choice::<Channel>(&mut section, "channel");
    let date = section.maybe("date");
    let cover_date = section.maybe("cover_from");
    let predecessor_end: Option<bool> = section.maybe("cover_from_predecessor_end");
    let rule = match (rule.as_deref(), date) {
        (Some("on_signature"), None) => Some(EffectRule::OnSignature),
        (Some("on_publication"), None) => Some(EffectRule::OnPublication { channel }),
        (Some("on_date"), Some(date)) => Some(EffectRule::OnDate { date }),
        (Some("on_date"), None) => {
            section.wrong("date", None, "the day of effect");
            None
        }
        (Some(other), _) => {
            section.wrong(
                "rule",
                Some(other.to_owned()),
                "on_signature, on_publication, or on_date with its date",
            );
            None
        }
        (None, _) => None,
    };
    let cover_from = match (cover_date, predecessor_end) {
        (Some(date), _) => Some(CoverFrom::Date(date)),
        (None, Some(true)) => Some(CoverFrom::PredecessorEnd),
        (None, _) => None,
    };
    section.finish();
    rule.map(|rule| (rule, cover_from))
}

fn term(mut section: Section) -> Option<Term> {
    let (until, months, end_of) =
        (section.maybe("until"), section.maybe("months"), section.maybe("end_of_month"));
    let provisional: Option<bool> = section.maybe("provisional");
    let rule = match (until, months, end_of) {
        (Some(day), None, None) => Some(TermRule::Until(day)),
        (None, Some(months), None) if months > 0 => Some(TermRule::Months(months)),
        (None, None, Some(month)) => Some(TermRule::EndOf(month)),
        _ => {
            section.wrong("until", None, "one of until (a day), months (more than 0), end_of_month");
            None
        }
    };
    section.finish();
    Some(Term { rule: rule?, provisional: provisional.unwrap_or(false) })
}

fn predecessor(mut section: Section) -> Option<Predecessor> {
    let title = section.one("title");
    let (signed_on, ended_on) = (section.maybe("signed_on"), section.maybe("ended_on"));
    let (received, consumed) = (section.maybe("received"), section.maybe("consumed"));
    let (stated_balance, note) = (section.maybe("stated_balance"), section.maybe("note"));
    section.finish();
    Some(Predecessor { title: title?, signed_on, ended_on, received, consumed, stated_balance, note })
}

pub(super) fn plan_line(mut section: Section) -> Option<CreditPlanLine> {
    let year = section.one("year");
    let (ae, cp) = (section.maybe("ae"), section.maybe("cp"));
    let nature = maybe_choice(&mut section, "nature").unwrap_or(PlanNature::Indicative);
    section.finish();
    Some(CreditPlanLine { year: year?, ae, cp, nature })
}

fn imputation_set(mut section: Section, known: &BTreeSet<BodyKey>) -> Option<ImputationSet> {
    let mut code =
        |field, normalise: &dyn Fn(&str) -> Code| section.maybe::<String>(field).map(|raw| normalise(&raw));
    let ministerial_axis = code("ministerial_axis", &imputation::axis);
    let functional_domain = code("functional_domain", &imputation::functional_domain);
    let financial_centre = code("financial_centre", &imputation::financial_centre);
    let activity = code("activity", &|raw| imputation::plain_code(raw, 12));
    let cost_centre = code("cost_centre", &|raw| imputation::plain_code(raw, 10));
    let fund = code("fund", &imputation::fund);
    let codes = [&ministerial_axis, &functional_domain, &financial_centre, &activity, &cost_centre, &fund];
    let blank = codes.iter().all(|code| code.is_none());
    if blank {
        section.wrong("financial_centre", None, "at least one code in a set of imputations");
    }
    let side = maybe_choice(&mut section, "side");
    let assigning_accountant = maybe_body(&mut section, "assigning_accountant", known);
    let service_centre = maybe_body(&mut section, "service_centre", known);
    section.finish();
    (!blank).then_some(ImputationSet {
        side,
        ministerial_axis,
        functional_domain,
        financial_centre,
        activity,
        cost_centre,
        fund,
        assigning_accountant,
        service_centre,
    })
}

fn contribution(mut section: Section, known: &BTreeSet<BodyKey>) -> Option<Contribution> {
    let funder = known_body(&mut section, "funder", known);
    let amount = section.one("amount");
    let payment = choice(&mut section, "payment");
    let due_on = section.maybe("due_on");
    if payment == Some(PaymentRule::OnDate) && due_on.is_none() {
        section.wrong("due_on", None, "the day of payment");
    }
    let fund: Option<String> = section.maybe("fund");
    if let Some(raw) = fund.as_deref().filter(|raw| imputation::fund(raw).normalised.is_none()) {
        section.wrong("fund", Some(raw.to_owned()), "the code of a fonds de concours, as 1-2-00548");
    }
    let pay_to = section.group("pay_to", bank_details);
    let refund_to = section.group("refund_to", bank_details);
    section.finish();
    Some(Contribution {
        funder: funder?,
        amount: amount?,
        payment: payment?,
        due_on,
        fund,
        pay_to,
        refund_to,
    })
}

fn bank_details(mut section: Section) -> Option<BankDetails> {
    let holder = section.one("holder");
    let (bank, branch) = (section.one("bank"), section.one("branch"));
    let (account, key) = (section.one("account"), section.one::<String>("key"));
    let iban = section.maybe("iban");
    let path = section.path.clone();
    let (line, problems) = (section.line, section.problems());
    section.finish();
    let seen = key.clone();
    match BankDetails::new(holder?, [bank?, branch?, account?, key?], iban) {
        Ok(details) => Some(details),
        Err(error) => {
            problems.add(line, &format!("{path}.key"), seen, error.to_string());
            None
        }
    }
}

fn expert(mut section: Section) -> Option<Expert> {
    let name = section.one("name");
    let (role, declared_on, reviewed_by) =
        (section.maybe("role"), section.maybe("declared_on"), section.maybe("reviewed_by"));
    section.finish();
    Some(Expert { name: name?, role, declared_on, reviewed_by })
}

fn clause(mut section: Section, known: &BTreeSet<BodyKey>, library: &ClauseLibrary) -> Option<Clause> {
    let key: Option<String> = section.one("clause");
    let (article, text) = (section.one("article"), section.one("text"));
    let refers_to = section.group("refers_to", |mut reference| {
        let (printed, meant) = (reference.one("printed"), reference.one("meant"));
        reference.finish();
        Some(Reference { printed: printed?, meant: meant? })
    });
    let debtor = known_bodies(&mut section, "debtor", known);
    let creditor = known_bodies(&mut section, "creditor", known);
    let per_product: Option<bool> = section.maybe("per_product");
    let kind = key.as_ref().and_then(|key| library.clauses.get(key));
    if let Some(key) = key.as_ref().filter(|_| kind.is_none()) {
        let list = library.clauses.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        section.wrong("clause", Some(key.clone()), format!("a clause of the library: {list}"));
    }
    let kinds = kind.map(|kind| kind.parameters.clone()).unwrap_or_default();
    let compulsory = kinds.iter().find(|(_, kind)| !kind.is_optional()).map(|(name, _)| name.clone());
    let given = section.group("parameters", |group| Some(parameters(group, &kinds, known)));
    if let Some(name) = compulsory.filter(|_| given.is_none()) {
        section.wrong("parameters", None, format!("the parameter {name}"));
    }
    section.finish();
    kind?;
    Some(Clause {
        key: key?,
        article: article?,
        refers_to,
        text: text?,
        debtor,
        creditor,
        per_product: per_product.unwrap_or(false),
        parameters: given.unwrap_or_default(),
    })
}

/// The names of parameters come from the library, which is data: each is looked for where it is written.
fn parameters(
    group: Section,
    kinds: &BTreeMap<String, ParameterKind>,
    known: &BTreeSet<BodyKey>,
) -> BTreeMap<String, Parameter> {
    let problems = group.problems();
    let mut read = BTreeMap::new();
    for (name, line, node) in group.entries() {
        let path = group.path_of(name);
        let Some(kind) = kinds.get(name) else {
            let names = kinds.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
            problems.add(
                *line,
                &path,
                Some(name.clone()),
                format!("one of the parameters of this clause: {names}"),
            );
            continue;
        };
        if let Some(value) = parameter(*kind, node, &path, problems, known) {
            read.insert(name.clone(), value);
        }
    }
    for (name, _) in kinds.iter().filter(|(name, kind)| !kind.is_optional() && !read.contains_key(*name)) {
        if !group.entries().iter().any(|(key, ..)| key == name) {
            problems.add(group.line, &group.path_of(name), None, "this parameter");
        }
    }
    read
}

fn parameter(
    kind: ParameterKind,
    node: &Node,
    path: &str,
    problems: &Problems,
    known: &BTreeSet<BodyKey>,
) -> Option<Parameter> {
    use ParameterKind as K;
    Some(match kind {
        K::Count | K::OptionalCount => Parameter::Count(single(node, path, problems)?),
        K::Text | K::OptionalText => Parameter::Text(single(node, path, problems)?),
        K::Channel => Parameter::Channel(single::<Choice<Channel>>(node, path, problems)?.0),
        K::Texts | K::OptionalTexts => Parameter::Texts(several(node, path, problems)),
        K::Months => Parameter::Months(several(node, path, problems)),
        K::Phases => Parameter::Phases(
            several::<Choice<_>>(node, path, problems).into_iter().map(|phase| phase.0).collect(),
        ),
        K::Bodies | K::OptionalBodies => {
            let bodies: Vec<BodyKey> = several(node, path, problems);
            for body in bodies.iter().filter(|body| !known.contains(body)) {
                let list = known.iter().map(|key| key.0.as_str()).collect::<Vec<_>>().join(", ");
                problems.add(
                    node.line,
                    path,
                    Some(body.0.clone()),
                    format!("a body listed in bodies: {list}"),
                );
            }
            Parameter::Bodies(bodies)
        }
    })
}

fn single<T: Writing>(node: &Node, path: &str, problems: &Problems) -> Option<T> {
    let value = match &node.value {
        Value::Scalar(text) => T::read(text),
        _ => None,
    };
    if value.is_none() {
        problems.add(node.line, path, node.value.shown(), T::expected());
    }
    value
}

fn several<T: Writing>(node: &Node, path: &str, problems: &Problems) -> Vec<T> {
    match &node.value {
        Value::List(items) => items.iter().filter_map(|item| single(item, path, problems)).collect(),
        _ => single(node, path, problems).into_iter().collect(),
    }
}
