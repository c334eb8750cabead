//! Drafting an agreement: a model for each kind, and what people answer, put together as the text of a file. The file's own
//! reader then judges it: an agreement entered by hand and one that comes in a file obey the same rules.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

/// The models (`data/models.yaml`, which says where they come from).
#[derive(Clone, Debug, Deserialize)]
pub struct Models {
    /// The day they were last checked against their source, as `YYYY-MM-DD`.
    pub checked_on: String,
    /// By kind of agreement.
    pub models: BTreeMap<String, Model>,
}

/// What a kind of agreement usually says.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// Of the agreement; the model's own name when it is not said.
    pub kind: Option<String>,
    /// What people read; the name of the kind when it is not said.
    pub title: Option<String>,
    pub about: String,
    /// Roles of the first and the second party.
    pub roles: [String; 2],
    pub clauses: Vec<Proposed>,
}

impl Model {
    /// Whether a clause asks for that, as `$conditions`.
    pub fn asks(&self, placed: &str) -> bool {
        let mut values = self.clauses.iter().flat_map(|clause| clause.parameters.values());
        values.any(|value| value.as_str() == Some(placed))
    }
}

/// A clause that is proposed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proposed {
    pub clause: String,
    pub article: String,
    pub text: String,
    pub debtor: Option<String>,
    pub creditor: Option<String>,
    #[serde(default)]
    pub per_product: bool,
    #[serde(default)]
    pub parameters: BTreeMap<String, Value>,
}

/// The models shipped with the program cannot be read: a mistake of ours.
#[derive(Debug, thiserror::Error)]
#[error("the models of agreements cannot be read: {0}")]
pub struct ModelsError(String);

impl Models {
    /// # Errors
    /// [`ModelsError`] when our own data is wrong.
    pub fn shipped() -> Result<Self, ModelsError> {
        serde_saphyr::from_str(include_str!("../data/models.yaml"))
            .map_err(|error| ModelsError(error.to_string()))
    }
}

/// A party, as it was typed.
#[derive(Clone, Debug, Default)]
pub struct DraftParty {
    pub name: String,
    pub represented_by: String,
    pub signed_by: String,
    /// Empty before signature.
    pub signed_on: String,
}

/// A year of credits, as it was typed. What is empty is unknown, not zero.
#[derive(Clone, Debug, Default)]
pub struct DraftYear {
    pub year: String,
    pub ae: String,
    pub cp: String,
}

/// What people answer.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    pub kind: String,
    pub reference: String,
    pub title: String,
    pub parties: [DraftParty; 2],
    /// Identifier and name of each product.
    pub products: Vec<(String, String)>,
    /// `on_signature`, `on_publication` or `on_date`.
    pub effect: String,
    pub effect_date: String,
    pub months: String,
    pub until: String,
    pub nature: String,
    pub years: Vec<DraftYear>,
    /// The amount that the first party pays, for a partnership.
    pub contribution: String,
    /// Who receives copies, one a line.
    pub copies: Vec<String>,
    /// What the jury of a call asks, one clause each.
    pub conditions: Vec<String>,
    /// Ranks of the clauses kept.
    pub clauses: Vec<usize>,
}

/// What stands in for the names of a model that begin with `$`.
struct Places<'a> {
    copies: &'a [String],
    /// One condition of the jury.
    condition: &'a str,
}

/// The two parties' keys.
const KEYS: [&str; 2] = ["partie-1", "partie-2"];

impl Draft {
    /// The text of the agreement's file (JSON, which is YAML).
    pub fn text(&self, model: &Model) -> String {
        let copies: Vec<String> = (1..=self.copies.len()).map(|rank| format!("copie-{rank}")).collect();
        let names = self.parties.iter().map(|party| party.name.as_str());
        let keys = KEYS.iter().copied().chain(copies.iter().map(String::as_str));
        let bodies: Vec<Value> = keys
            .zip(names.chain(self.copies.iter().map(String::as_str)))
            .map(|(key, name)| json!({"key": key, "name": filled(name)}))
            .collect();
        let parties: Vec<Value> = self
            .parties
            .iter()
            .zip(KEYS)
            .zip(&model.roles)
            .map(|((party, key), role)| {
                json!({
                    "body": key, "roles": [role], "represented_by": filled(&party.represented_by),
                    "signed_by": filled(&party.signed_by), "signed_on": filled(&party.signed_on),
                })
            })
            .collect();
        let products: Vec<Value> =
            self.products.iter().map(|(key, name)| json!({"key": key, "name": name})).collect();
        let mut effect = json!({"rule": filled(&self.effect)});
        if self.effect == "on_date" {
            effect["date"] = filled(&self.effect_date);
        }
        let term = match (self.months.trim(), self.until.trim()) {
            ("", "") => Value::Null,
            (months, "") => json!({"months": months}),
            ("", until) => json!({"until": until}),
            (months, until) => json!({"months": months, "until": until}),
        };
        let plan: Vec<Value> = self
            .years
            .iter()
            .filter(|line| [&line.year, &line.ae, &line.cp].iter().any(|typed| !typed.trim().is_empty()))
            .map(|line| {
                json!({
                    "year": filled(&line.year), "ae": filled(&line.ae), "cp": filled(&line.cp),
                    "nature": filled(&self.nature),
                })
            })
            .collect();
        let contributions = match self.contribution.trim() {
            "" => json!([]),
            amount => json!([{"funder": KEYS[0], "amount": amount, "payment": "on-signature"}]),
        };
        let clauses: Vec<Value> = model
            .clauses
            .iter()
            .enumerate()
            .filter(|(rank, _)| self.clauses.contains(rank))
            .flat_map(|(_, clause)| self.instances(clause, &copies))
            .collect();
        json!({
            "reference": filled(&self.reference), "title": filled(&self.title), "kind": filled(&self.kind),
            "scope": if self.products.len() > 1 { "portfolio" } else { "product" },
            "bodies": bodies, "parties": parties, "products": products, "effect": effect, "term": term,
            "covered_acts": ["commit", "perform", "pay"], "plan": plan, "contributions": contributions,
            "clauses": clauses,
        })
        .to_string()
    }

    /// The clause as many times as it is written: once, or once for each condition of the jury.
    fn instances(&self, clause: &Proposed, copies: &[String]) -> Vec<Value> {
        if !clause.parameters.values().any(|value| value.as_str() == Some("$conditions")) {
            let places = Places { copies, condition: "" };
            return clause.instance(&places).into_iter().collect();
        }
        let written = (1..).zip(&self.conditions).filter_map(|(rank, condition)| {
            let mut one = clause.instance(&Places { copies, condition })?;
            // Each has its own article: what shows one done does not show the others.
            if self.conditions.len() > 1 {
                one["article"] = format!("{}.{rank}", clause.article).into();
            }
            one["text"] = format!("{} {condition}", clause.text).into();
            Some(one)
        });
        written.collect()
    }
}

/// What was typed, or nothing.
fn filled(typed: &str) -> Value {
    let typed = typed.trim();
    if typed.is_empty() { Value::Null } else { Value::String(typed.to_owned()) }
}

impl Proposed {
    /// The clause with the parties in it; `None` when it copies to nobody, or asks for nothing.
    fn instance(&self, places: &Places) -> Option<Value> {
        let mut clause = json!({"clause": self.clause, "article": self.article, "text": self.text});
        for (field, who) in [("debtor", &self.debtor), ("creditor", &self.creditor)] {
            if let Some(who) = who {
                clause[field] = placed(&Value::String(who.clone()), places);
            }
        }
        if self.per_product {
            clause["per_product"] = "true".into();
        }
        let mut parameters = serde_json::Map::new();
        for (name, value) in &self.parameters {
            let value = placed(value, places);
            if value == json!([]) || value.is_null() {
                return None;
            }
            parameters.insert(name.clone(), value);
        }
        if !parameters.is_empty() {
            clause["parameters"] = parameters.into();
        }
        Some(clause)
    }
}

fn placed(value: &Value, places: &Places) -> Value {
    match value.as_str() {
        Some("$first") => json!([KEYS[0]]),
        Some("$second") => json!([KEYS[1]]),
        Some("$copies") => json!(places.copies),
        Some("$conditions") => filled(places.condition),
        _ => value.clone(),
    }
}
