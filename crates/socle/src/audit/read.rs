use sea_orm::sea_query::{Alias, Cond, Expr, ExprTrait as _, Order, Query};
use sea_orm::{ConnectionTrait as _, DbErr};

use crate::store::{Database, Instant};

/// An entry as the audit page shows it: never its personal part.
#[derive(Clone, Debug)]
pub struct Row {
    pub group: i64,
    pub position: i32,
    pub at: Instant,
    pub actor: String,
    pub action: String,
    pub subject_kind: String,
    pub subject: String,
    /// JSON text, or empty.
    pub facts: String,
}

/// Which entries to read, the latest first.
#[derive(Clone, Debug)]
pub struct Page {
    /// Only groups before this one; `None` for the latest.
    pub before: Option<i64>,
    /// Only entries for which this holds: [`everything`], [`about`].
    pub only: Cond,
    pub limit: u64,
}

/// No limit.
pub fn everything() -> Cond {
    Cond::all()
}

/// Only entries about this thing.
pub fn about(kind: &str, subject: &str) -> Cond {
    Cond::all()
        .add(Expr::col(Alias::new("subject_kind")).eq(kind))
        .add(Expr::col(Alias::new("subject")).eq(subject))
}

/// Where a reader is in the log: in this group, after so many of its entries. By default, at the latest entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    pub group: Option<i64>,
    pub skip: usize,
}

/// The most entries of one change that are passed over to reach the older ones.
const MOST_SKIPPED: usize = 100_000;

/// `size` entries from a place on, and where the next ones start. One change may hold many entries, and the log is
/// read by changes: the place within a change is how many of its entries were shown already.
pub async fn leaf(
    database: &Database,
    only: Cond,
    place: Place,
    size: usize,
) -> Result<(Vec<Row>, Option<Place>), DbErr> {
    let skip = place.skip.min(MOST_SKIPPED);
    let limit = u64::try_from(skip + size + 1).unwrap_or(u64::MAX);
    let before = place.group.map(|group| group.saturating_add(1));
    let mut rows = latest(database, &Page { before, only, limit }).await?;
    rows.drain(..skip.min(rows.len()));
    if rows.len() <= size {
        return Ok((rows, None));
    }
    rows.truncate(size);
    let next = rows.last().map(|last| {
        let shown = rows.iter().rev().take_while(|row| row.group == last.group).count();
        let skip = if place.group == Some(last.group) { skip + shown } else { shown };
        Place { group: Some(last.group), skip }
    });
    Ok((rows, next))
}

/// The latest entries of `database`.
pub async fn latest(database: &Database, page: &Page) -> Result<Vec<Row>, DbErr> {
    let mut select = Query::select();
    select
        .columns(
            ["commit_group", "position", "at", "actor", "action", "subject_kind", "subject", "facts"]
                .map(Alias::new),
        )
        .from(Alias::new("audit_entries"))
        .order_by(Alias::new("commit_group"), Order::Desc)
        .order_by(Alias::new("position"), Order::Desc)
        .limit(page.limit);
    if let Some(before) = page.before {
        select.and_where(Expr::col(Alias::new("commit_group")).lt(before));
    }
    select.cond_where(page.only.clone());
    let rows = database.read().query_all(&select).await?;
    rows.into_iter()
        .map(|row| {
            Ok(Row {
                group: row.try_get_by_index(0)?,
                position: row.try_get_by_index(1)?,
                at: row.try_get_by_index(2)?,
                actor: row.try_get_by_index(3)?,
                action: row.try_get_by_index(4)?,
                subject_kind: row.try_get_by_index(5)?,
                subject: row.try_get_by_index(6)?,
                facts: row.try_get_by_index(7)?,
            })
        })
        .collect()
}
