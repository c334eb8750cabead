use std::collections::{HashMap, HashSet};

use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder as _, QuerySelect as _};
use socle::store::Database;

use super::{ServiceError, journey, participant};

/// How many journeys are looked at together.
const AT_ONCE: u64 = 5_000;

/// Where journeys go from and to.
pub type Pair = (String, String);

/// The pairs of places between which at least `journeys` journeys were made by at least `people` people: fewer would
/// point at someone. Memory follows the number of pairs, not of journeys.
pub async fn frequented(
    database: &Database,
    journeys: u64,
    people: usize,
) -> Result<HashSet<Pair>, ServiceError> {
    let mut seen: HashMap<Pair, (u64, HashSet<Vec<u8>>)> = HashMap::new();
    let mut after = 0;
    loop {
        let page: Vec<(i64, Option<String>, Option<String>)> = journey::Entity::find()
            .select_only()
            .columns([journey::Column::Id, journey::Column::StartPlace, journey::Column::EndPlace])
            .filter(journey::Column::Id.gt(after))
            .order_by_asc(journey::Column::Id)
            .limit(AT_ONCE)
            .into_tuple()
            .all(database.read())
            .await?;
        let (Some(first), Some(last)) = (page.first(), page.last()) else { break };
        let between = (participant::driver_of(first.0), participant::passenger_of(last.0));
        after = last.0;
        let of_page: Vec<(i64, Vec<u8>)> = participant::Entity::find()
            .select_only()
            .columns([participant::Column::Id, participant::Column::Person])
            .filter(participant::Column::Id.between(between.0, between.1))
            .into_tuple()
            .all(database.read())
            .await?;
        let mut of_page: HashMap<i64, Vec<u8>> = of_page.into_iter().collect();
        for (id, start, end) in page {
            let (Some(start), Some(end)) = (start, end) else { continue };
            let (count, known) = seen.entry((start, end)).or_default();
            *count += 1;
            for row in [participant::driver_of(id), participant::passenger_of(id)] {
                if known.len() < people
                    && let Some(person) = of_page.remove(&row)
                {
                    known.insert(person);
                }
            }
        }
    }
    let enough = |(pair, (count, known)): (Pair, (u64, HashSet<_>))| {
        (count >= journeys && known.len() >= people).then_some(pair)
    };
    Ok(seen.into_iter().filter_map(enough).collect())
}
