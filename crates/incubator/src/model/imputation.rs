//! Where in the budget an order is booked: the codes to enter in Chorus.

use serde::{Deserialize, Serialize};

use super::{
    body::BodyKey,
    finding::{Finding, Level, Rule},
    party::PartyRole,
};

/// A code as written and as Chorus wants it. Blank stays blank.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Code {
    pub raw: String,
    /// `None` when no rule recognises it.
    pub normalised: Option<String>,
    pub label: Option<String>,
}

/// A set of imputations. An agreement may have one for each side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImputationSet {
    pub side: Option<PartyRole>,
    pub ministerial_axis: Option<Code>,
    pub functional_domain: Option<Code>,
    pub financial_centre: Option<Code>,
    pub activity: Option<Code>,
    pub cost_centre: Option<Code>,
    pub fund: Option<Code>,
    pub assigning_accountant: Option<BodyKey>,
    pub service_centre: Option<BodyKey>,
}

/// `programme-BOP-UO`: programme of four digits, padded on the left, then one or two groups of four characters.
pub fn financial_centre(raw: &str) -> Code {
    let text = raw.trim().trim_end_matches('-').to_uppercase();
    let mut parts = text.split('-');
    let programme = parts.next().and_then(programme);
    let rest: Vec<&str> = parts.collect();
    let sound = matches!(rest.len(), 1 | 2) && rest.iter().all(|part| part.len() == 4 && alphanumeric(part));
    let normalised = programme.filter(|_| sound).map(|programme| format!("{programme}-{}", rest.join("-")));
    Code { raw: raw.into(), normalised, label: None }
}

/// `programme-action-sous-action`; also read from "0352, action 1".
pub fn functional_domain(raw: &str) -> Code {
    let text = raw.trim().trim_end_matches('-').to_lowercase().replace(", action ", "-");
    let mut parts = text.split('-').map(str::trim);
    let programme = parts.next().and_then(programme);
    let rest: Option<Vec<String>> = parts
        .map(|part| {
            let digits =
                !part.is_empty() && part.len() <= 2 && part.bytes().all(|byte| byte.is_ascii_digit());
            digits.then(|| format!("{part:0>2}"))
        })
        .collect();
    let normalised = programme
        .zip(rest.filter(|rest| matches!(rest.len(), 1 | 2)))
        .map(|(programme, rest)| format!("{programme}-{}", rest.join("-")));
    Code { raw: raw.into(), normalised, label: None }
}

/// A code, then perhaps a dash of any kind and a label: "02 – FONCTIONNEMENT".
pub fn axis(raw: &str) -> Code {
    let mut parts = raw.splitn(2, ['-', '–', '—']).map(str::trim);
    let code = parts.next().filter(|code| !code.is_empty()).map(str::to_uppercase);
    let label = parts.next().filter(|label| !label.is_empty()).map(str::to_owned);
    Code { raw: raw.into(), normalised: code, label }
}

/// Capital letters and digits, of a given length; what is in brackets after it is a label.
pub fn plain_code(raw: &str, length: usize) -> Code {
    let (code, label) = match raw.split_once('(') {
        Some((code, label)) => (code, Some(label.trim_end_matches([')', ' ']).to_owned())),
        None => (raw, None),
    };
    let code = code.trim().trim_end_matches('-').to_uppercase();
    let normalised = (code.len() == length && alphanumeric(&code)).then_some(code);
    Code { raw: raw.into(), normalised, label }
}

/// A *fonds de concours*: `1-2-00548`.
pub fn fund(raw: &str) -> Code {
    let parts: Vec<&str> = raw.trim().split('-').collect();
    let sound = parts.iter().map(|part| part.len()).eq([1, 1, 5])
        && parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    Code { raw: raw.into(), normalised: sound.then(|| raw.trim().to_owned()), label: None }
}

fn programme(text: &str) -> Option<String> {
    let sound = matches!(text.len(), 3 | 4) && text.bytes().all(|byte| byte.is_ascii_digit());
    sound.then(|| format!("{text:0>4}"))
}

fn alphanumeric(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

impl ImputationSet {
    /// C13: every code there, of the shape seen in Chorus, and of one programme. Warnings only: the shapes come from
    /// three agreements, not from a text.
    pub fn findings(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        let fields = [
            ("ministerial axis", "axe ministériel", &self.ministerial_axis),
            ("functional domain", "domaine fonctionnel", &self.functional_domain),
            ("financial centre", "centre financier", &self.financial_centre),
            ("activity", "activité", &self.activity),
            ("cost centre", "centre de coût", &self.cost_centre),
        ];
        for (name, fr, code) in fields {
            match code {
                None => findings.push(Finding::new(
                    Rule::C13,
                    Level::Info,
                    format!("imputation: {name} is blank in the agreement"),
                    format!("imputation : {fr} non communiqué dans la convention"),
                )),
                Some(Code { raw, normalised: None, .. }) => findings.push(Finding::new(
                    Rule::C13,
                    Level::Warning,
                    format!("imputation: {name} \"{raw}\" has not the shape of a Chorus code"),
                    format!("imputation : {fr} « {raw} » n'a pas la forme d'un code Chorus"),
                )),
                Some(Code { raw, normalised: Some(code), .. }) if raw != code => findings.push(Finding::new(
                    Rule::C13,
                    Level::Info,
                    format!("imputation: {name} written \"{raw}\", read as {code}"),
                    format!("imputation : {fr} écrit « {raw} », lu {code}"),
                )),
                Some(_) => {}
            }
        }
        let programmes: Vec<(&str, &str)> = [
            ("functional domain", &self.functional_domain),
            ("financial centre", &self.financial_centre),
            ("activity", &self.activity),
        ]
        .into_iter()
        .filter_map(|(name, code)| Some((name, code.as_ref()?.normalised.as_deref()?.get(..4)?)))
        .collect();
        if let Some((first, rest)) = programmes.split_first() {
            for (name, programme) in rest.iter().filter(|(_, programme)| *programme != first.1) {
                findings.push(Finding::new(
                    Rule::C13,
                    Level::Warning,
                    format!("imputation: {name} is of programme {programme}, {} of {}", first.0, first.1),
                    format!("imputation : programmes différents, {programme} et {}", first.1),
                ));
            }
        }
        findings
    }
}
