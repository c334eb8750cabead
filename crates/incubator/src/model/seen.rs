//! What the public sheet of a product already shows: nobody has to answer it again.

use jiff::civil::Date;

use super::portfolio::Details;

/// What shows that a criterion is met; `None` when the sheet says nothing of it. `committee` is the last one that was held.
pub fn seen(criterion: &str, details: &Details, committee: Option<Date>, today: Date) -> Option<String> {
    let address = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    match criterion {
        "sheet-published" => Some("la fiche du portefeuille".to_owned()),
        "sheet-link" => address(&details.link),
        "sheet-stats" => address(&details.stats_url),
        "sheet-budget" | "budget-public" | "budget-linked" => address(&details.budget_url),
        "sheet-code" | "version-control" => address(&details.repository),
        "dashlord" => address(&details.dashlord_url),
        "security-registered" => {
            details.registered_on_mss.filter(|yes| *yes).map(|_| "la fiche le dit".to_owned())
        }
        "committee" => committee
            .filter(|held| super::course::months_after(*held, 6).is_some_and(|last| last >= today))
            .map(|held| format!("comité du {}", super::course::french(held))),
        _ => None,
    }
}
