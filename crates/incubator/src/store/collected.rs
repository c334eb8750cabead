//! Evidence that nobody has to give: what the portfolio already shows.

use super::portfolio::Portfolio;
use crate::model::evidence::Evidence;
use crate::model::portfolio::Details;
use crate::model::written::Written;

/// Clauses, and the address that the sheet of a product shows for each; empty when it shows none.
fn shown(details: &Details) -> [(&'static str, &str); 2] {
    [("stats_public", &details.stats_url), ("open_source", &details.repository)]
}

/// The evidence that the sheets of its products give to an agreement.
pub(super) fn collected(written: &Written, portfolio: &Portfolio) -> Vec<Evidence> {
    let alone = written.products.len() == 1;
    let mut evidence = Vec::new();
    for product in &written.products {
        let Some(known) = portfolio.product(&product.key) else { continue };
        let Some(since) = known.sheet.history.in_order().first().map(|episode| episode.from) else {
            continue;
        };
        for (clause, address) in shown(&known.sheet.details) {
            if !address.is_empty() {
                evidence.push(Evidence {
                    clause: clause.to_owned(),
                    article: None,
                    // A clause that is not owed for each product asks it of the only one.
                    product: (!alone).then(|| product.key.clone()),
                    occurrence: None,
                    done_on: since,
                    reference: Some(address.to_owned()),
                    waived: None,
                });
            }
        }
    }
    evidence
}
