//! The people of a team: who pays for them, what the intrapreneur may decide, what experts declared.

use jiff::SignedDuration;
use testkit::{Agent, Answer, on_both_stores};

use crate::agreements::{ORCHARD, agent};
use crate::standards::orchard;

const TEAM: &str = "/incubateur/services/vergers/equipe/membres";

fn with_clauses() -> String {
    format!(
        "{ORCHARD}  - {{ clause: mission_letter, article: \"2\", text: \"Un intrapreneur est désigné par lettre de mission.\" }}\n  - {{ clause: intrapreneur_criteria, article: \"2\", text: \"Sept critères.\" }}\n  - {{ clause: conflict_of_interest, article: \"4\", text: \"Des experts sans conflit d’intérêts.\" }}\n"
    )
}

fn plain(text: &str) -> String {
    text.replace(['\u{a0}', '\u{202f}'], " ").replace("&#39;", "'")
}

/// Adds somebody; their page.
async fn added(by: &Agent, name: &str, more: &[(&str, &str)]) -> String {
    let mut form = vec![("name", name), ("employer", "Agence"), ("from", "2026-03-01"), ("share", "80")];
    form.extend(more);
    let answer = by.submit(&format!("{TEAM}/nouveau"), &form).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    answer.header("location").and_then(|to| to.split('?').next()).expect("their page").to_owned()
}

async fn criteria(by: &Agent, person: &str, unmet: &str) -> Answer {
    let keys = ["subject", "time", "embodies", "latitude", "decides", "conditions", "learns"];
    let named: Vec<(String, &str)> =
        keys.iter().map(|key| (format!("met_{key}"), if *key == unmet { "non" } else { "oui" })).collect();
    let mut form: Vec<(&str, &str)> = named.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    form.extend([("occasion", "committee"), ("day", "2026-11-20"), ("note_time", "trois jours par semaine")]);
    by.submit(&format!("{person}/criteres"), &form).await
}

on_both_stores! {
    async fn a_letter_and_seven_criteria_show_the_duties_done(house: TestHouse) {
        orchard(&house, &with_clauses()).await;
        let lead = agent(&house, "product.lead", Some("service:vergers")).await;
        let portfolio = agent(&house, "incubator.portfolio", None).await;
        let bad = lead.submit(&format!("{TEAM}/nouveau"), &[("name", ""), ("share", "120"), ("from", "31/02/2026")]).await;
        assert_eq!(bad.status, 422);
        for told in ["Indiquez le nom de la personne.", "entre 1 et 100", "un jour qui existe", "Choisissez qui l’emploie."] {
            assert!(bad.text.contains(told), "{told}: {}", bad.text);
        }
        let person = added(&lead, "Rose Quenneville", &[("role", "intrapreneur"), ("status", "agent")]).await;
        let list = plain(&lead.open(TEAM).await.text);
        assert!(list.contains("lettre de mission, sept critères à vérifier"), "{list}");
        assert!(list.contains("80 % du temps, depuis le 1er mars 2026") && list.contains("Par son administration"), "{list}");
        // The letter is about the intrapreneur, who does not write it.
        assert_eq!(lead.open(&format!("{person}/lettre")).await.status, 403);
        let empty = portfolio.submit(&format!("{person}/lettre"), &[("signed_on", "2027-01-01")]).await;
        assert_eq!(empty.status, 422);
        assert!(empty.text.contains("Ce jour est dans l’avenir."), "{}", empty.text);

        let duties = "/incubateur/conventions/vergers/echeances";
        let before = plain(&lead.open(duties).await.text);
        assert!(!before.contains("lettre de mission du 2 mars 2026"), "{before}");
        let letter = [("signed_on", "2026-03-02"), ("reference", "GED 12"), ("arbitrates", "oui"), ("approves_quotes", "oui")];
        assert_eq!(portfolio.submit(&format!("{person}/lettre"), &letter).await.status, 303);
        assert!(plain(&lead.open(TEAM).await.text).contains("pouvoir de décider seul"), "it does not certify");
        let letter = [("certifies", "oui")].iter().chain(&letter).copied().collect::<Vec<_>>();
        assert_eq!(portfolio.submit(&format!("{person}/lettre"), &letter).await.status, 303);
        let after = plain(&lead.open(duties).await.text);
        assert!(after.contains("lettre de mission du 2 mars 2026"), "{after}");

        assert_eq!(portfolio.submit(&format!("{person}/criteres"), &[("day", "2026-11-20"), ("occasion", "committee")]).await.status, 422);
        assert_eq!(criteria(&portfolio, &person, "time").await.status, 303);
        let shown = plain(&lead.open(&person).await.text);
        assert!(shown.contains("Un critère n’est pas rempli.") && shown.contains("trois jours par semaine"), "{shown}");
        assert!(!plain(&lead.open(duties).await.text).contains("critères vérifiés le"));
        assert_eq!(criteria(&portfolio, &person, "none").await.status, 303);
        assert!(plain(&lead.open(duties).await.text).contains("critères vérifiés le 20 novembre 2026"));
        assert!(plain(&lead.open(&person).await.text).contains("Rien ne manque à cette fiche."));
    }
}

on_both_stores! {
    async fn an_expert_without_a_declaration_blocks_until_it_comes(house: TestHouse) {
        orchard(&house, &with_clauses()).await;
        let lead = agent(&house, "product.lead", Some("service:vergers")).await;
        let person = added(&lead, "Ada Kerguelen", &[("role", "developer"), ("status", "freelance")]).await;
        let agreement = "/incubateur/conventions/vergers";
        assert!(plain(&lead.open(agreement).await.text).contains("déclaration d'intérêts de Ada Kerguelen manquante"));
        let form = format!("{person}/declaration");
        let said = |what: &'static str, measures: &'static str, by: &'static str| {
            [("declared_on", "2026-11-02"), ("has_interests", what), ("measures", measures), ("reviewed_by", by), ("reference", "GED 13")]
        };
        let unsaid = lead.submit(&form, &said("oui", "", "ada kerguelen")).await;
        assert_eq!(unsaid.status, 422);
        assert!(unsaid.text.contains("Dites ce qui est décidé") && unsaid.text.contains("Personne n’examine sa propre"), "{}", unsaid.text);
        assert_eq!(lead.submit(&form, &said("oui", "ne choisit pas le titulaire", "Bastien Oyarzabal")).await.status, 303);
        assert!(!lead.open(agreement).await.text.contains("Ada Kerguelen"));

        // What was decided is for those who may write it; the day is for the team.
        let coach = agent(&house, "product.coach", Some("service:vergers")).await;
        let seen = plain(&coach.open(&person).await.text);
        assert!(seen.contains("Reçue le 2 novembre 2026") && !seen.contains("titulaire"), "{seen}");
        assert_eq!(coach.open(&format!("{person}/donnees.json")).await.status, 403);
        assert_eq!(lead.submit(&form, &said("non", "", "Bastien Oyarzabal")).await.status, 303);
        // What was declared before is held too.
        let held = lead.open(&format!("{person}/donnees.json")).await;
        assert!(held.text.contains("ne choisit pas le titulaire") && held.text.contains("Ada Kerguelen"), "{}", held.text);
        let other = agent(&house, "product.lead", Some("service:autre")).await;
        for page in [TEAM, person.as_str(), &form, &format!("{person}/donnees.json")] {
            assert_eq!(other.open(page).await.status, 404, "{page}");
        }
    }
}

on_both_stores! {
    async fn a_mission_is_paid_by_an_order_and_its_name_is_forgotten(house: TestHouse) {
        orchard(&house, ORCHARD).await;
        let lead = agent(&house, "product.lead", Some("service:vergers")).await;
        let order = [("title", "Code"), ("product", "vergers"), ("service", "devops"), ("amount", "10 000"), ("from", "2026-04-01"), ("to", "2026-06-30")];
        let order = lead.submit("/incubateur/conventions/vergers/commandes/nouvelle", &order).await;
        let order = order.header("location").and_then(|to| to.split('?').next()).and_then(|to| to.rsplit('/').next()).expect("its number").to_owned();
        let paid = [("role", "developer"), ("status", "contractor"), ("until", "2026-07-31"), ("order", order.as_str())];
        let person = added(&lead, "Ada Kerguelen", &paid).await;
        assert!(plain(&lead.open(&person).await.text).contains("Financé jusqu’au 30 juin 2026 seulement"));
        let stranger = [("name", "X"), ("employer", "Y"), ("role", "other"), ("status", "agent"), ("from", "2026-03-01"), ("share", "10"), ("order", "1")];
        assert!(lead.submit(&format!("{TEAM}/nouveau"), &stranger).await.text.contains("Choisissez une commande de ce service."));

        // Two people change the same page: the second is told.
        let form = lead.open(&format!("{person}/changer")).await.text;
        let version = form.split("name=\"version\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a version").to_owned();
        let changed = [("name", "Ada Kerguelen"), ("employer", "Z"), ("role", "developer"), ("status", "contractor"), ("from", "2026-03-01"), ("until", "2026-06-30"), ("share", "50"), ("order", order.as_str()), ("version", version.as_str())];
        assert_eq!(lead.submit(&format!("{person}/changer"), &changed).await.status, 303);
        assert_eq!(lead.submit(&format!("{person}/changer"), &changed).await.status, 409);
        assert!(plain(&lead.open(&person).await.text).contains("Plus financé depuis le 30 juin 2026"));

        // Two years after the mission, nobody knows the name.
        house.wait(SignedDuration::from_hours(24 * 30 * 18));
        house.run_job("incubator", "forgetting").await;
        let lead = agent(&house, "product.lead", Some("service:vergers")).await;
        assert!(lead.open(&person).await.text.contains("Ada Kerguelen"), "not yet");
        house.wait(SignedDuration::from_hours(24 * 60));
        house.run_job("incubator", "forgetting").await;
        let lead = agent(&house, "product.lead", Some("service:vergers")).await;
        let forgotten = lead.open(&person).await.text;
        assert!(!forgotten.contains("Ada") && forgotten.contains("Nom effacé"), "{forgotten}");
        assert_eq!(lead.open(&format!("{person}/changer")).await.status, 409);

        // Whoever asks is forgotten before, once the mission is over.
        let asked = added(&lead, "Paul Ibarra", &[("role", "other"), ("status", "agent"), ("until", "2028-12-31")]).await;
        assert_eq!(lead.submit(&format!("{asked}/effacer"), &[]).await.status, 409, "still there");
        let gone = added(&lead, "Noé Ferrand", &[("role", "other"), ("status", "agent"), ("until", "2026-04-30")]).await;
        assert_eq!(lead.submit(&format!("{gone}/effacer"), &[]).await.status, 303);
        assert!(!lead.open(TEAM).await.text.contains("Noé Ferrand"));
    }
}
