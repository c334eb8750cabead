use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use socle::idempotency;
use socle::jobs::{Job, Ran};
use socle::outbox;

use crate::store::{erasure, join_request, subscription, verification};
use crate::{Registry, export, sandbox};

/// What the registry does without a request.
pub fn jobs(registry: &Arc<Registry>) -> Vec<Job> {
    let (verifying, notifying, forgetting, erasing) =
        (Arc::clone(registry), Arc::clone(registry), Arc::clone(registry), Arc::clone(registry));
    let (exporting, clearing) = (Arc::clone(registry), Arc::clone(registry));
    let mut jobs = vec![
        Job::new("verification", "Examen des trajets reçus", Duration::from_secs(10), move || {
            let registry = Arc::clone(&verifying);
            async move { Ok(verification::run(&registry.database).await?) }
        })
        .woken_by(Arc::clone(&registry.verification))
        .cut_by("verification"),
        Job::new(
            "notification",
            "Notification des changements d’état",
            Duration::from_secs(5),
            move || {
                let registry = Arc::clone(&notifying);
                async move {
                    let (done, more) = subscription::notify(
                        &registry.database,
                        &registry.keyring,
                        registry.space.is_sandbox(),
                    )
                    .await?;
                    Ok(Ran { done, more })
                }
            },
        )
        .cut_by("notifications"),
        Job::new("forgetting", "Oubli de ce qui n’est plus utile", Duration::from_hours(1), move || {
            let registry = Arc::clone(&forgetting);
            async move {
                let answers = idempotency::forget_old(&registry.database).await?;
                let messages = outbox::forget_sent(&registry.database).await?;
                let requests = join_request::forget_old(&registry.database).await?;
                Ok(Ran { done: answers + messages + requests, more: false })
            }
        }),
        Job::new("retention", "Effacement des trajets trop anciens", Duration::from_hours(1), move || {
            let registry = Arc::clone(&erasing);
            async move {
                let now = registry.house.clock.now();
                let before = if registry.space.is_sandbox() {
                    now - SignedDuration::from_hours(24 * sandbox::DAYS_KEPT)
                } else {
                    erasure::limit(now, registry.house.config.retention.journeys_months)
                };
                Ok(erasure::run(&registry.database, before).await?)
            }
        })
        .cut_by("retention"),
        Job::new("exports", "Écriture des exports demandés", Duration::from_secs(30), move || {
            let registry = Arc::clone(&exporting);
            async move { export::run(&registry).await }
        })
        .woken_by(Arc::clone(&registry.exports))
        .cut_by("exports"),
        Job::new(
            "export-clearing",
            "Retrait des exports de plus de sept jours",
            Duration::from_hours(1),
            move || {
                let registry = Arc::clone(&clearing);
                async move { export::forget(&registry).await }
            },
        ),
        outbox::job(registry.database.clone(), registry.keyring.clone(), registry.house.transports.clone()),
    ];
    if registry.space.is_sandbox() {
        let bringing = Arc::clone(registry);
        let title = "Report des opérateurs dans le bac à sable";
        jobs.push(Job::new("operators", title, Duration::from_mins(1), move || {
            let registry = Arc::clone(&bringing);
            async move { Ok(Ran { done: sandbox::bring_operators(&registry).await?, more: false }) }
        }));
    }
    jobs
}
