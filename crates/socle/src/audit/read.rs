use sea_orm::sea_query::{Alias, Expr, ExprTrait as _, Order, Query};
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
    /// Only entries about this subject.
    pub subject: Option<(String, String)>,
    pub limit: u64,
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
    if let Some((kind, subject)) = &page.subject {
        select
            .and_where(Expr::col(Alias::new("subject_kind")).eq(kind.as_str()))
            .and_where(Expr::col(Alias::new("subject")).eq(subject.as_str()));
    }
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
