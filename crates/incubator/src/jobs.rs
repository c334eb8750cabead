use std::sync::Arc;
use std::time::Duration;

use socle::jobs::Job;

use crate::Incubator;
use crate::store::outlook;

/// What the incubator does without a request.
pub fn jobs(incubator: &Arc<Incubator>) -> Vec<Job> {
    let looking = Arc::clone(incubator);
    vec![Job::new("outlook", "Calcul des échéances et des crédits", Duration::from_secs(600), move || {
        let incubator = Arc::clone(&looking);
        async move {
            let knowledge = incubator.knowledge().await?;
            Ok(outlook::refresh_all(&incubator.database, &knowledge, incubator.today()).await?)
        }
    })]
}
