//! What the products of an agreement say of themselves: their objectives, their latest measures.

use jiff::civil::Date;
use socle::web::Problem;

use crate::Incubator;
use crate::model::agreement::Agreement;
use crate::model::course::french;
use crate::model::objective::{Node, ObjectiveStatus};
use crate::store::{indicator, objective};

/// A line for each objective reached or in progress that the agreement asks for or that nobody else does, and for the
/// latest value of each indicator.
pub async fn told(incubator: &Incubator, agreement: &Agreement, until: Date) -> Result<Vec<String>, Problem> {
    let written = &agreement.written;
    let mut lines = Vec::new();
    for product in &written.products {
        let tree = objective::of(&incubator.database, &product.key).await?;
        for (node, _) in Node::walk(&tree) {
            let own = &node.objective;
            if !own.agreement.is_empty() && own.agreement != written.reference {
                continue;
            }
            match own.status {
                ObjectiveStatus::Reached => lines.push(format!("Objectif atteint\u{a0}: {}.", own.title)),
                ObjectiveStatus::InProgress => lines.push(format!("Objectif en cours\u{a0}: {}.", own.title)),
                ObjectiveStatus::Open | ObjectiveStatus::Abandoned => {}
            }
        }
    }
    let products: Vec<String> = written.products.iter().map(|product| product.key.clone()).collect();
    for kept in indicator::of_products(&incubator.database, &products).await? {
        if let Some(point) = kept.indicator.latest(until) {
            lines.push(format!(
                "{}\u{a0}: {} {} au {}.",
                kept.indicator.title,
                point.value.fr(),
                kept.indicator.unit,
                french(point.day)
            ));
        }
    }
    Ok(lines)
}
