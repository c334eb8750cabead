//! What a team aims at: a tree of objectives (seed 000, annex 1).

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::named::named;

named! {
    /// How far it is.
    ObjectiveStatus {
        Open = "open", "à commencer";
        InProgress = "in_progress", "en cours";
        Reached = "reached", "atteint";
        Abandoned = "abandoned", "abandonné";
    }
}

/// How deep a tree goes: the objectives of an agreement, their parts, and the parts of those.
pub const DEEPEST: usize = 3;

/// An objective.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objective {
    pub title: String,
    /// Reference of the agreement that asks for it; empty when none does.
    pub agreement: String,
    pub status: ObjectiveStatus,
    pub due: Option<Date>,
    /// Where it stands, in the team's words.
    pub note: String,
    /// When a committee, or the team, last looked at it.
    pub reviewed: Option<Date>,
}

impl Objective {
    /// Whether it should have been reached: still to do after its day.
    pub fn late(&self, as_of: Date) -> bool {
        matches!(self.status, ObjectiveStatus::Open | ObjectiveStatus::InProgress)
            && self.due.is_some_and(|due| due < as_of)
    }
}

/// An objective where it is kept, and its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    pub id: i64,
    pub version: i64,
    pub objective: Objective,
    pub parts: Vec<Node>,
}

impl Node {
    /// The node of that number in a tree, with how deep it is (1 for the tops).
    pub fn find(tree: &[Self], id: i64) -> Option<(&Self, usize)> {
        tree.iter().find_map(|node| {
            if node.id == id {
                return Some((node, 1));
            }
            Self::find(&node.parts, id).map(|(found, depth)| (found, depth + 1))
        })
    }

    /// Every objective of a tree with its depth, each before its parts.
    pub fn walk(tree: &[Self]) -> Vec<(&Self, usize)> {
        tree.iter()
            .flat_map(|node| {
                let parts = Self::walk(&node.parts).into_iter().map(|(one, depth)| (one, depth + 1));
                std::iter::once((node, 1)).chain(parts)
            })
            .collect()
    }
}

/// An objective and the one it is a part of, in the order they are shown.
#[derive(Clone, Debug)]
pub struct Leaf {
    pub id: i64,
    pub parent: Option<i64>,
    pub version: i64,
    pub objective: Objective,
}

/// Makes a tree: what names an unknown objective above it is a top.
pub fn tree(leaves: &[Leaf]) -> Vec<Node> {
    let known = |id: i64| leaves.iter().any(|one| one.id == id);
    leaves
        .iter()
        .filter(|one| one.parent.is_none_or(|parent| !known(parent)))
        .map(|one| node(leaves, one, 1))
        .collect()
}

fn node(leaves: &[Leaf], leaf: &Leaf, depth: usize) -> Node {
    let parts = leaves.iter().filter(|one| depth < DEEPEST && one.parent == Some(leaf.id));
    Node {
        id: leaf.id,
        version: leaf.version,
        objective: leaf.objective.clone(),
        parts: parts.map(|one| node(leaves, one, depth + 1)).collect(),
    }
}
