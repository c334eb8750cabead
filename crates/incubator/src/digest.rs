//! One letter for all that a member's agreements ask: what is late, and what comes within five weeks.

use std::collections::HashMap;
use std::fmt::Write as _;

use jiff::Span;
use socle::jobs::Ran;
use socle::outbox::Message;
use socle::pages::format;
use socle::rights::Scope;

use crate::model::digest::DigestPeriod;
use crate::store::open_duty;
use crate::store::{agreement, day, digest};
use crate::{Incubator, SHEET};

/// How far ahead a digest looks.
const DAYS_AHEAD: i32 = 35;
/// The most duties told in one letter.
const MOST: u64 = 40;

/// Writes to each member whose day it is.
pub async fn run(incubator: &Incubator) -> anyhow::Result<Ran> {
    let today = incubator.today();
    let known = digest::all(&incubator.database).await?;
    let people = &incubator.house.people;
    let mut done = 0;
    for membership in people.members_of(SHEET.id, None).await? {
        let row = known.get(&membership.id);
        let period = row.map_or(DigestPeriod::USUAL, digest::Model::period);
        if !period.is_due(today, row.and_then(digest::Model::sent_on)) {
            continue;
        }
        let grant = SHEET.rights.grant(&membership.role, "agreement.read");
        let Some(scope) = Scope::of(grant, membership.tenant.as_deref()) else { continue };
        let Some(agent) = people.agent(membership.agent_id).await? else { continue };
        let letter = letter(incubator, &scope).await?.map(|text| Message::Mail {
            to: agent.email.clone(),
            subject: "Vos échéances de conventions".to_owned(),
            text,
        });
        let key = incubator.keyring.current("agreements", "outbox").await?;
        digest::tell(&incubator.database, key, (membership.id, period), today, letter).await?;
        done += 1;
    }
    Ok(Ran { done, more: false })
}

/// The letter, or nothing when nothing is to be told.
async fn letter(incubator: &Incubator, scope: &Scope) -> anyhow::Result<Option<String>> {
    let limit = day::number(incubator.today().saturating_add(Span::new().days(DAYS_AHEAD)));
    let duties = open_duty::to_tell(&incubator.database, scope, limit, MOST).await?;
    if duties.is_empty() {
        return Ok(None);
    }
    let ids: Vec<i64> = duties.iter().map(|duty| duty.agreement_id).collect();
    let titles: HashMap<i64, (String, String)> = agreement::titles(&incubator.database, &ids).await?;
    let mut text = "Bonjour,\n".to_owned();
    for (heading, late) in [("En retard", true), ("D’ici cinq semaines", false)] {
        let mut some = duties.iter().filter(|duty| (duty.status == "late") == late).peekable();
        if some.peek().is_none() {
            continue;
        }
        // Writing to a text never fails.
        let _ = write!(text, "\n{heading}\n");
        for duty in some {
            let title = titles.get(&duty.agreement_id).map_or("", |(_, title)| title.as_str());
            let date = format::date(day::date(duty.day));
            let date = if duty.contractual { date } else { format!("objectif interne : {date}") };
            let _ = writeln!(
                text,
                "- {} ({date}), {}. {title}, article {}.",
                duty.title, duty.debtors, duty.article
            );
        }
    }
    let base = incubator.house.config.base_url();
    let _ = write!(
        text,
        "\nToutes les échéances :\n{base}/incubateur/echeances\n\nRecevoir ce message plus ou moins souvent :\n{base}/incubateur/echeances/recevoir\n\nL’incubateur\n"
    );
    Ok(Some(text))
}
