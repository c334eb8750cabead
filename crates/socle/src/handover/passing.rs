use jiff::Timestamp;

use super::field::Value;
use super::schema::Table;
use super::{DATA_KEYS, HandoverError, refused};
use crate::seal::{MasterKeys, WrappedKey};
use crate::store::Instant;

/// Purposes of data keys that stay in the house that drew them: they seal nothing, they say "this house let you in". Known to
/// two houses, such a key would let whoever holds the pack enter both. The next house draws its own at first use.
const STAY: [&str; 1] = ["tokens"];

/// A change of master key, applied to the rows of `data_keys` on their way.
#[derive(Clone, Copy)]
pub(super) struct Passing<'a> {
    pub(super) from: &'a MasterKeys,
    pub(super) to: &'a MasterKeys,
    /// When a key that stays behind is destroyed for those who come after.
    pub(super) at: Timestamp,
}

impl Passing<'_> {
    /// Wraps the key of a row again; a key that stays behind leaves its row only, destroyed. A destroyed key has nothing
    /// to wrap: its row goes as it is. Returns whether the row holds a living key.
    pub(super) fn pass(&self, table: &Table, row: &mut [Option<Value>]) -> Result<bool, HandoverError> {
        if table.name != DATA_KEYS {
            return Ok(false);
        }
        let at = |name: &str| {
            let found = table.columns.iter().position(|column| column.name == name);
            found.ok_or_else(|| refused(DATA_KEYS, format_args!("column {name} is missing")))
        };
        let (tenant, purpose, master_key, wrapped, destroyed_at) =
            (at("tenant")?, at("purpose")?, at("master_key")?, at("wrapped")?, at("destroyed_at")?);
        let passed = match (&row[tenant], &row[purpose], &row[master_key], &row[wrapped]) {
            (_, Some(Value::Text(purpose)), _, Some(_)) if STAY.contains(&purpose.as_str()) => {
                row[wrapped] = None;
                row[destroyed_at] = Some(Value::Integer(Instant::from(self.at).0));
                return Ok(false);
            }
            (
                Some(Value::Text(tenant)),
                Some(Value::Text(purpose)),
                Some(Value::Text(master_key)),
                Some(Value::Bytes(wrapped)),
            ) => WrappedKey { tenant, purpose, master_key, wrapped }.passed(self.from, self.to)?,
            _ => return Ok(false),
        };
        row[wrapped] = Some(Value::Bytes(passed));
        row[master_key] = Some(Value::Text(self.to.current().to_owned()));
        Ok(true)
    }
}
