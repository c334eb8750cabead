//! A clause, with the parameters the library asks for.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    choosing::known_bodies,
    node::{Node, Value},
    section::{Problems, Section},
    writing::{Choice, Writing},
};
use crate::model::{
    body::BodyKey,
    clause::{Clause, Parameter, Reference},
    library::{ClauseLibrary, ParameterKind},
    publication::Channel,
};

pub(super) fn clause(
    mut section: Section,
    known: &BTreeSet<BodyKey>,
    library: &ClauseLibrary,
) -> Option<Clause> {
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
