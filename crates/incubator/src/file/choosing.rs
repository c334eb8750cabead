//! Values that must be in a list: closed lists of the model, bodies the file declares.

use std::collections::BTreeSet;

use super::{section::Section, writing::Choice};
use crate::model::{body::BodyKey, named::Named};

/// One value of a closed list, compulsory.
pub(super) fn choice<T: Named>(section: &mut Section, field: &'static str) -> Option<T> {
    section.one::<Choice<T>>(field).map(|choice| choice.0)
}

/// The same, not compulsory.
pub(super) fn maybe_choice<T: Named>(section: &mut Section, field: &'static str) -> Option<T> {
    section.maybe::<Choice<T>>(field).map(|choice| choice.0)
}

pub(super) fn choices<T: Named>(section: &mut Section, field: &'static str) -> Vec<T> {
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

pub(super) fn known_bodies(
    section: &mut Section,
    field: &'static str,
    known: &BTreeSet<BodyKey>,
) -> Vec<BodyKey> {
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
