//! Money as written: plan, imputations, contributions, what the agreement before leaves.

use std::collections::BTreeSet;

use super::{
    choosing::{choice, known_body, maybe_body, maybe_choice},
    section::Section,
};
use crate::model::{
    bank_details::BankDetails,
    body::BodyKey,
    contribution::{Contribution, PaymentRule},
    credit_plan::{CreditPlanLine, PlanNature},
    imputation::{self, Code, ImputationSet},
    predecessor::Predecessor,
};

pub(super) fn predecessor(mut section: Section) -> Option<Predecessor> {
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

pub(super) fn imputation_set(mut section: Section, known: &BTreeSet<BodyKey>) -> Option<ImputationSet> {
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

pub(super) fn contribution(mut section: Section, known: &BTreeSet<BodyKey>) -> Option<Contribution> {
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
