//! An account as a tagged PDF.

use jiff::Timestamp;
use pdf::{PdfError, Template};
use serde_json::{Value, json};
use socle::pages::format;

use crate::SHEET;
use crate::account_tables::{Cell, Table, consumption, corrections, foreseen, spending};
use crate::account_words::{DRAFT, facts, pieces, title};
use crate::model::account::Account;

const TEMPLATE: Template = Template::new("account", include_str!("../documents/account.typ"));

/// The bytes of the file. It takes the processor for a while.
pub fn render(account: &Account, received: Option<&str>, now: Timestamp) -> Result<Vec<u8>, PdfError> {
    let day = account.sent_on.unwrap_or_else(|| format::paris().to_datetime(now).date());
    let one = |table: Option<Table>| tables(&table.into_iter().collect::<Vec<_>>());
    let data = json!({
        "service": SHEET.name,
        "title": title(account.period),
        "reference": account.reference,
        "date": format::date(day),
        "draft": account.sent_on.is_none().then_some(DRAFT),
        "facts": facts(account, received),
        "spending": tables(&spending(account)),
        "corrections": one(corrections(account)),
        "progress": pieces(&account.text.progress),
        "foreseen": one(foreseen(account)),
        "orders": pieces(&account.text.orders),
        "consumption": one(consumption(account)),
        "outlook": pieces(&account.text.consumption),
    });
    TEMPLATE.render(&data, &[], now)
}

fn tables(all: &[Table]) -> Vec<Value> {
    let row = |cells: &Vec<Cell>| cells.iter().map(Cell::fr).collect::<Vec<_>>();
    all.iter()
        .map(|table| {
            json!({
                "caption": table.caption,
                "columns": table.columns.iter().map(|(title, amount)| json!({"title": title, "amount": amount})).collect::<Vec<_>>(),
                "rows": table.rows.iter().map(row).collect::<Vec<_>>(),
                "total": table.total.as_ref().map(row),
            })
        })
        .collect()
}
