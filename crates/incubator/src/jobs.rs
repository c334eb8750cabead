use std::sync::Arc;
use std::time::Duration;

use jiff::Span;
use socle::jobs::{Job, Ran};
use socle::outbox;

use crate::store::{call_retention, member, outlook};
use crate::{Incubator, digest, reading};

/// How long the name of somebody is kept after their mission (`data/privacy.toml`).
const YEARS_AFTER_MISSION: i32 = 2;

/// What the incubator does without a request.
pub fn jobs(incubator: &Arc<Incubator>) -> Vec<Job> {
    let (looking, telling, forgetting) =
        (Arc::clone(incubator), Arc::clone(incubator), Arc::clone(incubator));
    let asking = Arc::clone(incubator);
    vec![
        Job::new("outlook", "Calcul des échéances et des crédits", Duration::from_mins(10), move || {
            let incubator = Arc::clone(&looking);
            async move {
                let knowledge = incubator.knowledge().await?;
                Ok(outlook::refresh_all(&incubator.database, &knowledge, incubator.today()).await?)
            }
        }),
        Job::new("digest", "Résumé des échéances par courriel", Duration::from_hours(1), move || {
            let incubator = Arc::clone(&telling);
            async move { digest::run(&incubator).await }
        })
        .cut_by("digest"),
        // Each page is read every six hours; who is due is looked at more often.
        Job::new(
            "reading",
            "Lecture des mesures que publient les services",
            Duration::from_mins(15),
            move || {
                let incubator = Arc::clone(&asking);
                async move { reading::run(&incubator).await }
            },
        )
        .cut_by("reading"),
        Job::new("forgetting", "Oubli de ce qui n’est plus utile", Duration::from_hours(1), move || {
            let incubator = Arc::clone(&forgetting);
            async move {
                let letters = outbox::forget_sent(&incubator.database).await?;
                let applications =
                    call_retention::run(&incubator.database, &incubator.calls.retention).await?;
                let limit = incubator.today().saturating_sub(Span::new().years(YEARS_AFTER_MISSION));
                let people = member::forget_before(&incubator.database, limit).await?;
                Ok(Ran { done: letters + applications + people, more: false })
            }
        }),
        outbox::job(
            incubator.database.clone(),
            incubator.keyring.clone(),
            incubator.house.transports.clone(),
        ),
    ]
}
