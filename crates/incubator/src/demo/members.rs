//! The people of a fictional team: an intrapreneur with a letter, an expert who declared, one who has not.

use jiff::Span;
use jiff::civil::Date;

use super::ACTOR;
use crate::Incubator;
use crate::model::member::{Member, MemberRole, MemberStatus, Occasion};
use crate::store::agreement::Knowledge;
use crate::store::criteria_review::{self, Answered, Review};
use crate::store::interest_declaration::{self, NewDeclaration};
use crate::store::member::{self, Known};
use crate::store::mission_letter::{self, NewLetter};
use crate::store::order;

const NOTEBOOK: &str = "carnet-archives";

pub async fn fill(incubator: &Incubator, knowledge: &Knowledge) -> anyhow::Result<()> {
    let ago = |days: i32| incubator.today().saturating_sub(Span::new().days(days));
    let orders = order::of_product(&incubator.database, NOTEBOOK).await?;
    let paid_by = orders.last().map(|(id, _)| *id);
    let lead = Member {
        name: "Maïwenn Fournel".to_owned(),
        role: MemberRole::Intrapreneur,
        employer: "Ministère fictif".to_owned(),
        status: MemberStatus::Agent,
        from: ago(240),
        until: None,
        share: 60,
        order: None,
    };
    let expert = |name: &str, role, until| Member {
        name: name.to_owned(),
        role,
        employer: "Coopérative fictive du code".to_owned(),
        status: MemberStatus::Freelance,
        from: ago(175),
        until: Some(until),
        share: 80,
        order: paid_by,
    };
    let known = added(incubator, knowledge, lead).await?;
    papers(incubator, knowledge, known, ago(235)).await?;
    let ahead = incubator.today().saturating_add(Span::new().days(60));
    let declared = added(incubator, knowledge, expert("Théo Valadier", MemberRole::Developer, ahead)).await?;
    let declaration = NewDeclaration {
        declared_on: ago(170),
        has_interests: true,
        measures: "Ne participe pas au choix des titulaires.".to_owned(),
        reference: "GED 2041".to_owned(),
        reviewed_by: "Bastien Oyarzabal".to_owned(),
    };
    interest_declaration::record(&incubator.database, knowledge, ACTOR, declared, declaration).await?;
    added(incubator, knowledge, expert("Inès Karoui-Delacroix", MemberRole::Designer, ago(20))).await?;
    Ok(())
}

async fn added(incubator: &Incubator, knowledge: &Knowledge, one: Member) -> anyhow::Result<Known> {
    let id = member::add(&incubator.database, knowledge, ACTOR, NOTEBOOK.to_owned(), one).await?;
    member::find(&incubator.database, NOTEBOOK, id)
        .await?
        .ok_or_else(|| anyhow::anyhow!("a person of the demonstration"))
}

async fn papers(incubator: &Incubator, knowledge: &Knowledge, known: Known, on: Date) -> anyhow::Result<()> {
    let letter = NewLetter {
        signed_on: on,
        reference: "Courrier fictif 118".to_owned(),
        arbitrates: true,
        approves_quotes: true,
        certifies: true,
        reporting: "Une lettre chaque trimestre à la direction des archives, avec les usagers gagnés."
            .to_owned(),
    };
    mission_letter::record(&incubator.database, knowledge, ACTOR, known.clone(), letter).await?;
    let answers = incubator.criteria.criteria.iter().map(|one| Answered {
        key: one.key.clone(),
        met: one.key != "time",
        note: if one.key == "time" {
            "Deux jours par semaine au lieu de trois.".to_owned()
        } else {
            String::new()
        },
    });
    let review = Review { day: on, occasion: Occasion::Appointment, answers: answers.collect() };
    criteria_review::record(&incubator.database, knowledge, ACTOR, known, review).await?;
    Ok(())
}
