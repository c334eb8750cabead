//! What every page of an account shares: finding it, where it stands.

use jiff::civil::Date;
use socle::pages::format;
use socle::rights::Scope;
use socle::web::{Problem, Visitor};

use axum::http::StatusCode;

use super::account_told::told;
use super::agreement_head::{address, found};
use crate::account_tables::{Cell, Table};
use crate::model::account::{Account, AccountAsked, Period, accounts};
use crate::model::account_text::{AccountText, prepared};
use crate::model::agreement::Agreement;
use crate::model::duties::duties;
use crate::model::duty::DutyStatus;
use crate::model::tenant::Tenant;
use crate::store::account::{self, Model};
use crate::store::agreement::Filed;
use crate::{Incubator, SHEET};

/// An account, in preparation or sent, with what it comes from.
pub struct Opened {
    pub filed: Filed,
    pub asked: AccountAsked,
    pub row: Option<Model>,
    pub account: Account,
    pub today: Date,
}

impl Opened {
    pub fn address(&self) -> String {
        format!("{}/comptes/{}", address(&self.filed.agreement.written.reference), self.asked.period)
    }

    /// « Le 3 décembre 2026, par : Commanditaire », once it is.
    pub fn received(&self) -> Option<String> {
        received(self.row.as_ref()?)
    }
}

pub fn received(row: &Model) -> Option<String> {
    let on = row.acknowledged_on()?;
    let role = SHEET.rights.role(&row.acknowledged_as).map_or("", |role| role.title);
    Some(format!("Le {}, par\u{a0}: {role}", format::date(on)))
}

/// An account is about the agreement as a whole: whoever acts within one of its several products does not read the orders
/// of the others.
pub fn reads_accounts(scope: &Scope, agreement: &Agreement) -> bool {
    let written = &agreement.written;
    match Tenant::of(scope) {
        None => true,
        Some(Tenant::Agreement(own)) => own == written.reference,
        Some(Tenant::Call(_)) => false,
        Some(Tenant::Service(own)) => written.products.iter().all(|product| product.key == own),
    }
}

/// The account of that address, for whoever may do `action` on it.
pub async fn opened(
    incubator: &Incubator,
    visitor: &Visitor,
    action: &str,
    (reference, period): (&str, &str),
) -> Result<Opened, Problem> {
    let (filed, scope) = found(incubator, visitor, action, reference).await?;
    if !reads_accounts(&scope, &filed.agreement) {
        return Err(Problem::NotFound);
    }
    let period: Period = period.parse().map_err(|()| Problem::NotFound)?;
    let today = incubator.today();
    let asked = accounts(&filed.agreement, &incubator.library, today);
    let Some(asked) = asked.into_iter().find(|one| one.period == period) else {
        return Err(Problem::Refused { status: StatusCode::NOT_FOUND, text: not_asked(&filed, period) });
    };
    let rows = account::list(incubator.database.read(), filed.id).await?;
    let row = rows.iter().find(|row| row.is_of(&asked)).cloned();
    let sent = row.as_ref().map(Model::sent).transpose()?.flatten();
    let account = match sent {
        Some(sent) => sent,
        None => draft(incubator, &filed, (&asked, &rows), row.as_ref().map(Model::text), today).await?,
    };
    Ok(Opened { filed, asked, row, account, today })
}

async fn draft(
    incubator: &Incubator,
    filed: &Filed,
    (asked, rows): (&AccountAsked, &[Model]),
    text: Option<AccountText>,
    today: Date,
) -> Result<Account, Problem> {
    let written = text.is_some();
    let database = incubator.database.read();
    let text = text.unwrap_or_default();
    let mut draft = account::draft(database, filed, (asked, rows), today, text).await?;
    if !written {
        let until = std::cmp::min(asked.counted_until(today), today);
        let known = told(incubator, &filed.agreement, until).await?;
        let done = duties(&filed.agreement, &incubator.library, today, today);
        draft.text = prepared(&filed.agreement, asked, today, (&done, &known), &draft.figures);
    }
    Ok(draft)
}

fn not_asked(filed: &Filed, period: Period) -> String {
    let asks = filed.agreement.clause(period.clause()).is_some();
    match (period, asks) {
        (Period::Month(_), false) => "Cette convention ne demande aucun compte rendu mensuel.".to_owned(),
        (Period::Final, false) => "Cette convention ne demande aucun compte rendu au terme.".to_owned(),
        (Period::Month(_), true) => {
            "La convention ne demande pas de compte rendu de ce mois\u{a0}: il est avant sa prise d’effet, après son terme, ou pas encore commencé.".to_owned()
        }
        (Period::Final, true) => "Le terme de cette convention n’est pas encore connu.".to_owned(),
    }
}

/// Where an account stands: words and a colour.
pub fn state(asked: &AccountAsked, row: Option<&Model>, sent: Option<&Account>) -> (String, &'static str) {
    let sent_on = sent.and_then(|account| account.sent_on);
    match (row.and_then(Model::acknowledged_on), sent_on, &asked.status) {
        (Some(on), ..) => (format!("reçu le {}", format::date(on)), "success"),
        (None, Some(on), _) => (format!("envoyé le {}", format::date(on)), "info"),
        (_, _, DutyStatus::Done { on } | DutyStatus::DoneLate { on }) => {
            (format!("noté rendu le {}", format::date(*on)), "success")
        }
        (_, _, DutyStatus::Waived { reason }) => (format!("dispensé\u{a0}: {reason}"), ""),
        (_, _, DutyStatus::Late) => ("à préparer, en retard".to_owned(), "error"),
        (_, _, DutyStatus::Due) => ("à préparer".to_owned(), "warning"),
        _ => ("à venir".to_owned(), ""),
    }
}

/// A table as a page shows it.
pub struct TableView {
    pub id: String,
    pub caption: String,
    pub columns: Vec<(String, bool)>,
    pub rows: Vec<RowView>,
    pub total: Vec<RowView>,
}

/// A row: its name, then its cells, each with whether it is an amount.
pub struct RowView {
    pub name: String,
    pub cells: Vec<(String, bool)>,
}

pub fn views(tables: impl IntoIterator<Item = Table>) -> Vec<TableView> {
    tables
        .into_iter()
        .map(|table| {
            let row = |cells: &Vec<Cell>| RowView {
                name: cells.first().map_or_else(String::new, Cell::fr),
                cells: cells
                    .iter()
                    .zip(&table.columns)
                    .skip(1)
                    .map(|(cell, (_, amount))| (cell.fr(), *amount))
                    .collect(),
            };
            TableView {
                id: table.name.to_owned(),
                rows: table.rows.iter().map(row).collect(),
                total: table.total.iter().map(row).collect(),
                caption: table.caption,
                columns: table.columns,
            }
        })
        .collect()
}
