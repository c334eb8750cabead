//! The agreements that might carry an investigation: what is left of each, what forbids it.

use jiff::civil::Date;
use socle::pages::format;
use socle::rights::Scope;
use socle::web::Problem;

use crate::Incubator;
use crate::model::call::{Uncovered, left, uncovered};
use crate::model::money::Cents;
use crate::store::agreement::{self, Filed};
use crate::store::{agreement_list, outlook};

/// The most agreements that the form offers.
const MOST: u64 = 100;

/// An agreement that might carry the investigation.
pub struct Offer {
    pub filed: Filed,
    pub left: Option<Cents>,
    pub why: Vec<String>,
}

/// Why an agreement cannot carry it, in words.
pub fn words(why: &Uncovered) -> String {
    match why {
        Uncovered::NotInForce => "pas en vigueur au premier jour".to_owned(),
        Uncovered::EndsBefore(day) => format!("se termine le {}, avant la fin", format::date(*day)),
        Uncovered::Phase => "ne couvre pas la phase d’investigation".to_owned(),
        Uncovered::OneProduct => "porte sur un seul service".to_owned(),
        Uncovered::NoCommitment => "ne permet pas d’engager".to_owned(),
        Uncovered::Credits { left } => format!("il reste {} sous son plafond", left.fr()),
    }
}

/// The agreements filed here, with what is left of each and what forbids an investigation of those dates and money.
pub async fn offers(
    incubator: &Incubator,
    span: (Date, Date),
    envelope: Cents,
) -> Result<Vec<Offer>, Problem> {
    let knowledge = incubator.knowledge().await?;
    let today = incubator.today();
    let every = agreement_list::Wanted::default();
    let (listed, _) = agreement_list::list(&incubator.database, &Scope::All, &every, (1, MOST)).await?;
    let mut offers = Vec::new();
    for one in listed {
        let outlook::Model { agreement_id, .. } = one.outlook;
        let Some(filed) = agreement::numbered(&incubator.database, &knowledge, agreement_id).await? else {
            continue;
        };
        let why = uncovered(&filed.agreement, span, envelope, today);
        // What has ended is not told: it would only make the list longer.
        if why.contains(&Uncovered::NotInForce) {
            continue;
        }
        let left = left(&filed.agreement, today);
        offers.push(Offer { filed, left, why: why.iter().map(words).collect() });
    }
    Ok(offers)
}
