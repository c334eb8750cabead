//! Where an agreement is published, and when.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::agreement::Agreement;
use super::clause::Clause;
use super::library::ClauseLibrary;
use super::term::EffectRule;
use super::{body::BodyKey, named::named};

named! {
    /// Where agreements are published.
    Channel {
        DataGouv = "data.gouv.fr", "data.gouv.fr";
        Matignon = "matignon-infos-services", "Matignon Infos Services";
        Gouvernement = "gouvernement.fr", "gouvernement.fr";
        Ministry = "ministry", "les modalités propres de chaque département ministériel";
        OfficialBulletin = "official-bulletin", "le bulletin officiel";
        OwnSite = "own-site", "le site de la partie";
    }
}

/// A publication that took place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publication {
    pub channel: Channel,
    pub published_on: Date,
    pub by: Option<BodyKey>,
    pub address: Option<String>,
}

impl Channel {
    /// Whether anyone can read what is published there: an intranet, or a way that each department chooses, is not that.
    pub fn is_public(self) -> bool {
        matches!(self, Self::DataGouv | Self::Gouvernement | Self::OfficialBulletin | Self::OwnSite)
    }
}

/// A channel of an agreement, and what came of it.
#[derive(Clone, Debug)]
pub struct ChannelLine<'a> {
    pub channel: Channel,
    /// The clauses that name it; none when nobody asked for it.
    pub clauses: Vec<&'a Clause>,
    /// Who publishes.
    pub by: Vec<BodyKey>,
    pub latest: Option<&'a Publication>,
    /// Whether the agreement takes effect with this publication.
    pub makes_effective: bool,
    /// Amendments signed after the latest publication: they are to be published too.
    pub behind: Vec<u16>,
}

impl ChannelLine<'_> {
    /// Whether something is still to be published there.
    pub fn is_open(&self) -> bool {
        self.latest.is_none() || !self.behind.is_empty()
    }
}

/// The channels that an agreement names, then those where it was published besides, with what is known on a day.
pub fn channels<'a>(agreement: &'a Agreement, library: &ClauseLibrary, day: Date) -> Vec<ChannelLine<'a>> {
    let published: Vec<&Publication> =
        agreement.facts.publications.iter().filter(|one| one.published_on <= day).collect();
    let clauses: Vec<&Clause> =
        agreement.written.clauses.iter().filter(|one| one.key == "publication").collect();
    let (waits, effective) = match agreement.written.effect {
        EffectRule::OnPublication { channel } => (true, channel),
        _ => (false, None),
    };
    let mut named: Vec<Channel> = Vec::new();
    let all = clauses.iter().filter_map(|clause| clause.channel()).chain(effective);
    for channel in all.chain(published.iter().map(|one| one.channel)) {
        if !named.contains(&channel) {
            named.push(channel);
        }
    }
    let usual = library.clauses.get("publication").and_then(|kind| kind.duties.first());
    let usual = usual.map_or(&[][..], |duty| duty.debtor.as_slice());
    named
        .into_iter()
        .map(|channel| {
            let clauses: Vec<&Clause> =
                clauses.iter().copied().filter(|clause| clause.channel() == Some(channel)).collect();
            let mut by: Vec<BodyKey> = clauses.iter().flat_map(|clause| clause.debtor.clone()).collect();
            if by.is_empty() {
                by = agreement.with_roles(usual);
            }
            let latest = published
                .iter()
                .copied()
                .filter(|one| one.channel == channel)
                .max_by_key(|one| one.published_on);
            ChannelLine {
                channel,
                clauses,
                by,
                latest,
                makes_effective: waits && effective.is_none_or(|one| one == channel),
                behind: latest.map_or_else(Vec::new, |one| signed_between(agreement, one.published_on, day)),
            }
        })
        .collect()
}

/// Amendments signed after a day, and by another.
fn signed_between(agreement: &Agreement, after: Date, by: Date) -> Vec<u16> {
    let signed = |on: Option<Date>| on.is_some_and(|on| after < on && on <= by);
    agreement.facts.amendments.iter().filter(|one| signed(one.signed_on)).map(|one| one.number).collect()
}

/// The day of the latest publication that anyone can read; none when the agreement is not public.
pub fn public_on(agreement: &Agreement, day: Date) -> Option<Date> {
    let read = agreement.facts.publications.iter().filter(|one| one.channel.is_public());
    read.map(|one| one.published_on).filter(|on| *on <= day).max()
}
