//! A group of fields being read: each field once, the unknown ones reported, every problem kept.

use std::cell::RefCell;

use super::{
    node::{Node, Value},
    problem::Problem,
    writing::Writing,
};

/// The problems found so far.
#[derive(Default)]
pub(super) struct Problems(RefCell<Vec<Problem>>);

impl Problems {
    pub fn add(&self, line: u64, path: &str, seen: Option<String>, expected: impl Into<String>) {
        self.0.borrow_mut().push(Problem { line, path: path.to_owned(), seen, expected: expected.into() });
    }

    pub fn into_vec(self) -> Vec<Problem> {
        self.0.into_inner()
    }
}

/// The fields of a group. What is asked for and missing, or there and never asked for, is a problem.
pub(super) struct Section<'a> {
    pub line: u64,
    pub path: String,
    entries: &'a [(String, u64, Node)],
    asked: Vec<&'static str>,
    problems: &'a Problems,
}

impl<'a> Section<'a> {
    /// `None`, and a problem, when the node is not a group of fields.
    pub fn of(node: &'a Node, path: String, problems: &'a Problems) -> Option<Self> {
        let Value::Map(entries) = &node.value else {
            problems.add(node.line, &path, node.value.shown(), "a group of fields");
            return None;
        };
        Some(Self { line: node.line, path, entries, asked: Vec::new(), problems })
    }

    pub fn problems(&self) -> &'a Problems {
        self.problems
    }

    pub fn path_of(&self, field: &str) -> String {
        if self.path.is_empty() { field.to_owned() } else { format!("{}.{field}", self.path) }
    }

    /// The field's value, blank ones included.
    pub fn node(&mut self, field: &'static str) -> Option<&'a Node> {
        self.asked.push(field);
        self.entries.iter().find(|(key, ..)| key == field).map(|(_, _, node)| node)
    }

    /// A field that may be absent or blank.
    pub fn maybe<T: Writing>(&mut self, field: &'static str) -> Option<T> {
        let node = self.node(field)?;
        match &node.value {
            Value::Blank => None,
            Value::Scalar(text) => self.written(field, node, text),
            other => {
                self.problems.add(node.line, &self.path_of(field), other.shown(), T::expected());
                None
            }
        }
    }

    /// A field that must be there.
    pub fn one<T: Writing>(&mut self, field: &'static str) -> Option<T> {
        match self.node(field).map(|node| &node.value) {
            None | Some(Value::Blank) => {
                self.problems.add(self.line, &self.path_of(field), None, T::expected());
                None
            }
            Some(_) => self.maybe(field),
        }
    }

    /// A list of simple values; a single one may stand without brackets. Absent or blank: empty.
    pub fn many<T: Writing>(&mut self, field: &'static str) -> Vec<T> {
        let Some(node) = self.node(field) else { return Vec::new() };
        match &node.value {
            Value::Blank => Vec::new(),
            Value::Scalar(text) => self.written(field, node, text).into_iter().collect(),
            Value::List(items) => items
                .iter()
                .filter_map(|item| match &item.value {
                    Value::Scalar(text) => self.written(field, item, text),
                    other => {
                        self.problems.add(item.line, &self.path_of(field), other.shown(), T::expected());
                        None
                    }
                })
                .collect(),
            other @ Value::Map(_) => {
                self.problems.add(
                    node.line,
                    &self.path_of(field),
                    other.shown(),
                    format!("a list of: {}", T::expected()),
                );
                Vec::new()
            }
        }
    }

    fn written<T: Writing>(&self, field: &str, node: &Node, text: &str) -> Option<T> {
        let value = T::read(text);
        if value.is_none() {
            self.problems.add(node.line, &self.path_of(field), Some(text.to_owned()), T::expected());
        }
        value
    }

    /// A group inside this one, read by `read`. `None` when absent, blank or wrong.
    pub fn group<T>(
        &mut self,
        field: &'static str,
        read: impl FnOnce(Section<'a>) -> Option<T>,
    ) -> Option<T> {
        let node = self.node(field)?;
        if matches!(node.value, Value::Blank) {
            return None;
        }
        Section::of(node, self.path_of(field), self.problems).and_then(read)
    }

    /// The same, compulsory.
    pub fn the_group<T>(
        &mut self,
        field: &'static str,
        read: impl FnOnce(Section<'a>) -> Option<T>,
    ) -> Option<T> {
        if !self.entries.iter().any(|(key, ..)| key == field) {
            self.asked.push(field);
            self.problems.add(self.line, &self.path_of(field), None, "a group of fields");
            return None;
        }
        self.group(field, read)
    }

    /// A list of groups. Absent or blank: empty.
    pub fn list<T>(&mut self, field: &'static str, mut read: impl FnMut(Section<'a>) -> Option<T>) -> Vec<T> {
        let Some(node) = self.node(field) else { return Vec::new() };
        match &node.value {
            Value::Blank => Vec::new(),
            Value::List(items) => items
                .iter()
                .enumerate()
                .filter_map(|(at, item)| {
                    let path = format!("{}[{}]", self.path_of(field), at + 1);
                    Section::of(item, path, self.problems).and_then(&mut read)
                })
                .collect(),
            other => {
                self.problems.add(node.line, &self.path_of(field), other.shown(), "a list");
                Vec::new()
            }
        }
    }

    /// Every field of the group, when their names are not known in advance.
    pub fn entries(&self) -> &'a [(String, u64, Node)] {
        self.entries
    }

    /// Reports a field by hand.
    pub fn wrong(&self, field: &str, seen: Option<String>, expected: impl Into<String>) {
        let line = self.entries.iter().find(|(key, ..)| key == field).map_or(self.line, |(_, line, _)| *line);
        self.problems.add(line, &self.path_of(field), seen, expected);
    }

    /// Reports the fields nobody asked for.
    pub fn finish(self) {
        for (key, line, _) in self.entries.iter().filter(|(key, ..)| !self.asked.contains(&key.as_str())) {
            let known = self.asked.join(", ");
            self.problems.add(
                *line,
                &self.path_of(key),
                Some(key.clone()),
                format!("one of the fields {known}"),
            );
        }
    }
}
