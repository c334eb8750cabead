//! Calls of the demonstration: one whose results are published, one in hearings with its jury, one that is open.

use std::collections::BTreeMap;

use anyhow::Context as _;
use jiff::Span;
use jiff::civil::{Date, Time};

use super::ACTOR;
use crate::model::call::{Calendar, CallKind, Description, Mark, MarkStage, OrganisationKind, Scale, Step};
use crate::model::money::Cents;
use crate::pages::blank_call;
use crate::store::application::{self, Choice, Dossier, Eligibility, Model, Outcome, Published, Workplace};
use crate::store::application_decision::{self, Decision};
use crate::store::call_declaration;
use crate::store::call_edition::{self, Edition, WithStep};
use crate::store::call_marks::{self, Marked};
use crate::{Incubator, call_letters};

/// A fictional candidate: name, organisation, department, project, problem.
type Candidate = (&'static str, &'static str, &'static str, &'static str, &'static str);

const CANDIDATES: [Candidate; 5] = [
    (
        "Iris Kowalczyk",
        "Archives de la Creuse",
        "23",
        "Registres lisibles",
        "Les registres anciens sont numérisés mais illisibles pour qui ne sait pas les déchiffrer.",
    ),
    (
        "Malo Ferrandi",
        "Musée de la dentelle du Puy",
        "43",
        "Réserves ouvertes",
        "Neuf objets sur dix restent en réserve, et personne ne sait qu’ils existent.",
    ),
    (
        "Yasmine Thébault",
        "DRAC Bretagne",
        "35",
        "Aide aux festivals",
        "Un petit festival passe trois semaines à remplir cinq dossiers qui demandent la même chose.",
    ),
    (
        "Côme Baïkal",
        "Conservatoire d’Aurillac",
        "15",
        "Instruments prêtés",
        "Les familles renoncent à la musique faute d’instrument, et des instruments dorment.",
    ),
    (
        "Lou Verhaegen",
        "Bibliothèque de Lens",
        "62",
        "Lire à domicile",
        "Les lecteurs âgés ne viennent plus quand l’autocar s’arrête.",
    ),
];

fn told(
    incubator: &Incubator,
    kind: CallKind,
    title: &str,
    opens: Date,
    closes: Date,
) -> anyhow::Result<Description> {
    let usual = incubator.calls.of(kind).context("a template")?;
    let mut told = blank_call(kind, usual);
    title.clone_into(&mut told.title);
    told.tagline.clone_from(&usual.about);
    "Vous connaissez un problème que personne ne résout ? Proposez-le.\nLes lauréats sont accompagnés par un coach, rencontrent des usagers et mesurent ce qui change.\nÀ la fin, un comité décide : une équipe se constitue, ou l’idée s’arrête. Les deux sont de bonnes issues.".clone_into(&mut told.presentation);
    "Tout agent d’un service, d’un établissement ou d’une collectivité du domaine de la culture, avec l’accord de sa hiérarchie.".clone_into(&mut told.who);
    "Atelier numérique du ministère fictif".clone_into(&mut told.organiser);
    "atelier-fictif".clone_into(&mut told.incubator);
    told.max_grant = Some(Cents::euros(if kind == CallKind::Fast { 200_000 } else { 15_000 }));
    told.envelope = Some(Cents::euros(if kind == CallKind::Fast { 800_000 } else { 60_000 }));
    told.calendar = Calendar {
        opens,
        closes: closes.to_datetime(Time::constant(12, 0, 0, 0)),
        hearings: Some(closes.saturating_add(Span::new().days(10))),
        results: Some(closes.saturating_add(Span::new().days(20))),
    };
    Ok(told)
}

async fn edition(incubator: &Incubator, slug: &str) -> anyhow::Result<Edition> {
    call_edition::find(&incubator.database, slug).await?.context("a call")
}

async fn step(incubator: &Incubator, slug: &str, jurors: usize, with: WithStep) -> anyhow::Result<()> {
    let before = edition(incubator, slug).await?;
    let key = application::key(&incubator.keyring, &before).await?;
    call_edition::step(&incubator.database, key, ACTOR, before, jurors, with)
        .await?
        .map_err(|owed| anyhow::anyhow!("a step of a demonstration call is refused: {owed:?}"))
}

/// Begins an application, with its answers; its number.
async fn begin(
    incubator: &Incubator,
    of: &Edition,
    (rank, one): (usize, &Candidate),
) -> anyhow::Result<(Model, Dossier)> {
    let (person, organisation, department, project, problem) = *one;
    let dossier = Dossier {
        person: person.to_owned(),
        email: format!("candidat-{}@exemple.fr", rank + 1),
        phone: String::new(),
        organisation: organisation.to_owned(),
        project: project.to_owned(),
        summary: problem.to_owned(),
        answers: of.told.questions.iter().map(|asked| (asked.key.clone(), problem.to_owned())).collect(),
        eligibility: of
            .told
            .eligibility
            .iter()
            .map(|asked| (asked.key.clone(), !asked.ineligible_if))
            .collect(),
    };
    let workplace = Workplace { department: department.to_owned(), kind: OrganisationKind::Operator };
    let secret = socle::chance::secret_text();
    let key = application::key(&incubator.keyring, of).await?;
    let letter = call_letters::begun(incubator, of, &dossier, &secret);
    let begun =
        application::begin(&incubator.database, key, of, (dossier.clone(), workplace), &secret, letter);
    begun.await?.map_err(|_| anyhow::anyhow!("a demonstration call is not open"))?;
    let row = application::of_secret(&incubator.database, &secret).await?.context("an application")?;
    Ok((row, dossier))
}

/// Sends an application.
async fn apply(incubator: &Incubator, slug: &str, one: (usize, &Candidate)) -> anyhow::Result<()> {
    let of = edition(incubator, slug).await?;
    let (row, dossier) = begin(incubator, &of, one).await?;
    let key = application::key(&incubator.keyring, &of).await?;
    let (told, sender) = (of.clone(), dossier);
    let receipt = move |number: &str| call_letters::received(&told, &sender, number);
    let sent = application::send(&incubator.database, key, &of, row, receipt);
    sent.await?.map_err(|_| anyhow::anyhow!("a demonstration call is not open"))?;
    Ok(())
}

async fn decide(incubator: &Incubator, row: Model, decision: Decision) -> anyhow::Result<()> {
    application_decision::decide(&incubator.database, ACTOR, row, decision)
        .await?
        .map_err(|_| anyhow::anyhow!("a decision of a demonstration call is refused"))
}

async fn sent(incubator: &Incubator, slug: &str) -> anyhow::Result<Vec<Model>> {
    let of = edition(incubator, slug).await?;
    Ok(application::sent(incubator.database.read(), of.row.id).await?)
}

/// Prepares a call, takes applications while it is open, then gives it the calendar it is told with.
async fn answered(
    incubator: &Incubator,
    slug: &str,
    told: Description,
    candidates: &[Candidate],
) -> anyhow::Result<()> {
    let today = incubator.today();
    let day = |days: i32| today.saturating_add(Span::new().days(days));
    let mut open = told.clone();
    open.calendar.opens = day(-1);
    open.calendar.closes = day(1).to_datetime(Time::midnight());
    call_edition::create(&incubator.database, ACTOR, slug.to_owned(), open).await?.ok();
    step(incubator, slug, 0, WithStep::default()).await?;
    for one in candidates.iter().enumerate() {
        apply(incubator, slug, one).await?;
    }
    let before = edition(incubator, slug).await?;
    call_edition::describe(&incubator.database, ACTOR, before, told).await?;
    Ok(())
}

/// Brings a closed call to its hearings: the last candidate is not kept.
async fn to_hearings(incubator: &Incubator, slug: &str, chair: i64, jurors: usize) -> anyhow::Result<()> {
    step(incubator, slug, jurors, WithStep::default()).await?;
    for row in sent(incubator, slug).await? {
        let decision = Decision::Eligibility { verdict: Eligibility::Eligible, reason: String::new() };
        decide(incubator, row, decision).await?;
    }
    step(incubator, slug, jurors, WithStep::default()).await?;
    step(incubator, slug, jurors, WithStep::default()).await?;
    let rows = sent(incubator, slug).await?;
    let last = rows.len().saturating_sub(1);
    let hearings = edition(incubator, slug).await?.told.calendar.hearings.context("a day of hearings")?;
    for (rank, row) in rows.into_iter().enumerate() {
        let kept = rank < last;
        let minutes = i64::try_from(rank * 15)?;
        let hour =
            hearings.to_datetime(Time::constant(9, 0, 0, 0)).saturating_add(Span::new().minutes(minutes));
        let decision = Decision::Choice {
            choice: if kept { Choice::Kept } else { Choice::NotKept },
            reason: if kept {
                String::new()
            } else {
                "Le problème est réel, mais déjà traité par un service du portefeuille.".to_owned()
            },
            hearing: if kept { Some(socle::pages::format::paris().to_timestamp(hour)?) } else { None },
        };
        decide(incubator, row, decision).await?;
    }
    let before = edition(incubator, slug).await?;
    call_edition::set_chair(&incubator.database, ACTOR, before, chair).await?;
    step(incubator, slug, jurors, WithStep::default()).await
}

/// A member of the jury declares and marks a candidate.
async fn mark(
    incubator: &Incubator,
    slug: &str,
    agent: i64,
    row: &Model,
    marks: &[u8],
) -> anyhow::Result<()> {
    let of = edition(incubator, slug).await?;
    let said = (false, String::new());
    call_declaration::declare(&incubator.database, ACTOR, agent, row.clone(), said).await?.ok();
    let mut sheet = BTreeMap::new();
    for (one, mark) in of.told.criteria_of(MarkStage::Hearing).into_iter().zip(marks) {
        let mark = Mark::read(Scale::Ten, &mark.to_string()).context("a mark")?;
        sheet.insert(one.key.clone(), Marked { mark, comment: "Des exemples précis.".to_owned() });
    }
    call_marks::mark(&incubator.database, ACTOR, agent, row.clone(), (MarkStage::Hearing, sheet))
        .await?
        .map_err(|_| anyhow::anyhow!("a demonstration mark is refused"))
}

/// The call that is in hearings, and the one whose jury deliberates.
pub const HEARD: &str = "intrapreneurs-en-cours";
pub const DELIBERATED: &str = "intrapreneurs-regions";

/// Makes the calls.
pub async fn open(incubator: &Incubator) -> anyhow::Result<()> {
    let today = incubator.today();
    let day = |days: i32| today.saturating_add(Span::new().days(days));
    let past = told(
        incubator,
        CallKind::Intrapreneur,
        "Appel à intrapreneurs, première édition",
        day(-90),
        day(-70),
    )?;
    answered(incubator, "intrapreneurs-premiere", past, &CANDIDATES).await?;
    let heard = told(
        incubator,
        CallKind::Intrapreneur,
        "Appel à intrapreneurs, deuxième édition",
        day(-24),
        day(-8),
    )?;
    answered(incubator, HEARD, heard, &CANDIDATES[1..]).await?;
    let regions =
        told(incubator, CallKind::Intrapreneur, "Appel à intrapreneurs des régions", day(-50), day(-30))?;
    answered(incubator, DELIBERATED, regions, &CANDIDATES[..3]).await?;
    let open = told(incubator, CallKind::Fast, "FAST, promotion d’hiver", day(-5), day(25))?;
    let slug = "fast-hiver".to_owned();
    call_edition::create(&incubator.database, ACTOR, slug, open).await?.ok();
    step(incubator, "fast-hiver", 0, WithStep::default()).await?;
    // Somebody is writing.
    begin(incubator, &edition(incubator, "fast-hiver").await?, (5, &CANDIDATES[0])).await?;
    let draft = told(incubator, CallKind::Consolidation, "Programme de consolidation", day(40), day(70))?;
    call_edition::create(&incubator.database, ACTOR, "consolidation".to_owned(), draft).await?.ok();
    Ok(())
}

/// Brings them where they are told to stand, once the members of the juries have their accounts: of the call in hearings,
/// of the one that is deliberated.
pub async fn judge(incubator: &Incubator, [hearing, deliberating]: [i64; 2]) -> anyhow::Result<()> {
    to_hearings(incubator, HEARD, hearing, 1).await?;
    let heard: Vec<Model> = sent(incubator, HEARD).await?.into_iter().filter(Model::is_kept).collect();
    for (row, said) in heard
        .into_iter()
        .skip(1)
        .zip([(true, "J’ai dirigé ce service jusqu’en juin".to_owned()), (false, String::new())])
    {
        call_declaration::declare(&incubator.database, ACTOR, hearing, row, said).await?.ok();
    }
    to_hearings(incubator, DELIBERATED, deliberating, 1).await?;
    let heard: Vec<Model> = sent(incubator, DELIBERATED).await?.into_iter().filter(Model::is_kept).collect();
    for (row, marks) in heard.iter().zip([[7, 8, 6], [7, 8, 6]]) {
        mark(incubator, DELIBERATED, deliberating, row, &marks).await?;
    }
    step(incubator, DELIBERATED, 1, WithStep::default()).await?;
    if let Some(row) = heard.into_iter().next() {
        decide(incubator, row, decided(true, Vec::new())).await?;
    }
    minutes(incubator, DELIBERATED).await?;
    publish(incubator, "intrapreneurs-premiere", hearing, &[hearing, deliberating]).await
}

/// What a jury decides of a candidate.
fn decided(laureate: bool, conditions: Vec<String>) -> Decision {
    let reason = if laureate {
        "Le problème est grand, et l’agent connaît le terrain."
    } else {
        "L’idée existe déjà dans deux régions : mieux vaut s’y joindre."
    };
    Decision::Outcome {
        outcome: if laureate { Outcome::Laureate } else { Outcome::Rejected },
        reason: reason.to_owned(),
        granted: laureate.then(|| Cents::euros(15_000)),
        conditions,
    }
}

async fn minutes(incubator: &Incubator, slug: &str) -> anyhow::Result<()> {
    let before = edition(incubator, slug).await?;
    let text = "Tous les membres étaient présents.\nLes deux premiers se détachent nettement ; le jury a discuté l’écart de notes sur le troisième.";
    call_edition::write_minutes(&incubator.database, ACTOR, before, text.to_owned()).await?;
    Ok(())
}

async fn publish(incubator: &Incubator, slug: &str, chair: i64, jury: &[i64]) -> anyhow::Result<()> {
    to_hearings(incubator, slug, chair, jury.len()).await?;
    let heard: Vec<Model> = sent(incubator, slug).await?.into_iter().filter(Model::is_kept).collect();
    for (rank, row) in (0_u8..).zip(&heard) {
        for agent in jury {
            mark(incubator, slug, *agent, row, &[9 - rank, 8 - rank, 7]).await?;
        }
    }
    step(incubator, slug, jury.len(), WithStep::default()).await?;
    let mut with = WithStep::default();
    for (rank, row) in heard.into_iter().enumerate() {
        let laureate = rank < 2;
        if laureate {
            let Dossier { project, organisation, summary, .. } =
                application::open(&incubator.keyring, &row).await?;
            let told = Published { project, organisation, summary };
            with.published.push((row.id, serde_json::to_string(&told)?));
        }
        let conditions =
            if rank == 0 { vec!["Rencontrer trente lecteurs avant de coder".to_owned()] } else { Vec::new() };
        decide(incubator, row, decided(laureate, conditions)).await?;
    }
    minutes(incubator, slug).await?;
    let before = edition(incubator, slug).await?;
    call_edition::sign_minutes(&incubator.database, ACTOR, before).await?;
    step(incubator, slug, jury.len(), with).await?;
    let after = edition(incubator, slug).await?;
    anyhow::ensure!(after.step == Step::Published, "a demonstration call is not published");
    Ok(())
}
