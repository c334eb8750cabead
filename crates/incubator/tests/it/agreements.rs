//! Agreements through their pages: filed, in force, owed, and closed to whoever they do not concern.

use incubator::model::portfolio::{Content, ProductSheet};
use incubator::store::import::import;
use incubator::{Incubator, shipped};
use socle::audit::{self, Actor};
use testkit::{Agent, TestHouse, on_both_stores};

/// A delegation of our own: signed, in force, with a ceiling of 100 000 €.
pub const ORCHARD: &str = "reference: vergers
title: Délégation vergers partagés
kind: delegation
scope: product
signature: { on: 2026-03-02 }
bodies:
  - { key: agence, name: Agence des vergers }
  - { key: direction, name: Direction du numérique }
  - { key: cbcm, name: CBCM de l’agence }
parties:
  - { body: agence, roles: [delegating], represented_by: Rose Quenneville, signed_by: Rose Quenneville, signed_on: 2026-03-01 }
  - { body: direction, roles: [delegate], represented_by: Paul Ibarra, signed_by: Paul Ibarra, signed_on: 2026-03-02 }
products:
  - { key: vergers, name: Vergers partagés, is_procedure: true, authenticates_users: false, phases: [{ phase: construction, from: 2026-03-01 }] }
effect: { rule: on_signature }
term: { months: 18 }
covered_acts: [commit, perform, pay]
phases_allowed: [construction, acceleration]
services_allowed: [devops, design]
plan:
  - { year: 2026, ae: 60 000, cp: 40 000, nature: maximum }
  - { year: 2027, ae: 40 000, cp: 60 000, nature: maximum }
clauses:
  - { clause: committee.periodic, article: \"2\", debtor: [agence], creditor: [direction], parameters: { every_months: 6, chair: [agence] }, text: \"Un comité tous les six mois.\" }
  - { clause: copies, article: \"3\", parameters: { recipients: [cbcm] }, text: \"Une copie va au CBCM.\" }
  - { clause: account.final, article: \"5\", text: \"Compte au terme.\" }
  - { clause: ceiling, article: \"5\", text: \"Les engagements ne dépassent pas le montant alloué.\" }
  - { clause: suspension, article: \"5\", text: \"À défaut de crédits, l’exécution est suspendue.\" }
  - { clause: amendment, article: \"6\", parameters: { recipients: [cbcm] }, text: \"Par avenant.\" }
  - { clause: notice, article: \"7\", parameters: { months: 3 }, text: \"Trois mois de préavis.\" }
  - { clause: opinion_button_if_procedure, article: \"4\", text: \"Le bouton est intégré.\" }
";

pub async fn agent(house: &TestHouse, role: &str, tenant: Option<&str>) -> Agent {
    house.agent_in("incubator", role, tenant.map(str::to_owned)).await
}

/// Files an agreement as the legal desk does.
pub async fn filed(house: &TestHouse, text: &str) -> Agent {
    let legal = agent(house, "incubator.legal", None).await;
    let answer = legal.submit("/incubateur/conventions/fichier", &[("text", text)]).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    legal
}

on_both_stores! {
    async fn an_agreement_is_filed_and_its_duties_follow(house: TestHouse) {
        let legal = filed(&house, ORCHARD).await;
        let page = legal.open("/incubateur/conventions/vergers").await.text;
        assert!(page.contains("en vigueur") && page.contains("Dernier jour le 02/09/2027"), "{page}");
        assert!(page.contains("100\u{202f}000\u{a0}€"), "the ceiling: {page}");
        let duties = legal.open("/incubateur/conventions/vergers/echeances").await.text;
        assert!(duties.contains("2\u{a0}septembre 2026") && duties.contains("en retard"), "no committee was held: {duties}");
        assert!(duties.contains("Article 2\u{a0}: Un comité tous les six mois."), "each duty cites its clause: {duties}");
        assert!(duties.contains("objectif interne\u{a0}: 1er\u{a0}avril 2026"), "copies have no date in the text: {duties}");
        let all = legal.open("/incubateur/echeances").await.text;
        assert!(all.contains("Délégation vergers partagés") && all.contains("comité"), "{all}");
        let list = legal.open("/incubateur/conventions?etat=late").await.text;
        assert!(list.contains("Délégation vergers partagés"), "{list}");
        assert!(!legal.open("/incubateur/conventions?q=lotocar").await.text.contains("vergers partagés"));

        // The committee was held: the duty is done, with its proof, and the next one is to come.
        let note = "/incubateur/conventions/vergers/echeances/noter";
        let of = [("clause", "committee.periodic"), ("article", "2"), ("service", ""), ("mois", "2026-09")];
        let with = |day: &'static str, proof: &'static str| {
            of.into_iter().chain([("done_on", day), ("reference", proof)]).collect::<Vec<_>>()
        };
        let refused = legal.submit(note, &with("2026-09-31", "")).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains("un jour qui existe") && refused.text.contains("où est la preuve"), "{}", refused.text);
        assert_eq!(legal.submit(note, &with("2026-09-01", "relevé de décisions n° 1")).await.status, 303);
        let duties = legal.open("/incubateur/conventions/vergers/echeances").await.text;
        assert!(duties.contains("faite le 01/09/2026") && duties.contains("relevé de décisions n° 1"), "{duties}");
        assert_eq!(legal.submit(note, &with("2026-09-01", "encore")).await.status, 404, "it is done");
    }
}

on_both_stores! {
    async fn what_the_portfolio_shows_is_evidence_without_asking_the_team(house: TestHouse) {
        let sheet = "---\ntitle: Vergers partagés\nmission: Partager les vergers\nincubator: atelier\nphases:\n  - name: construction\n    start: 2026-03-01\nstats_url: https://vergers.exemple.fr/stats\n---\n";
        let mut content = Content::default();
        content.products.insert("vergers".to_owned(), ProductSheet::parse(sheet).expect("a sheet"));
        let incubator = Incubator::open(&house.registry.house).await.expect("the incubator");
        import(&incubator.database, Actor::Program("tests"), &content).await.expect("a store");
        let text = format!("{ORCHARD}  - {{ clause: stats_public, article: \"4\", text: \"Une page /stats est ouverte.\" }}\n");
        let legal = filed(&house, &text).await;
        let duties = legal.open("/incubateur/conventions/vergers/echeances").await.text;
        assert!(duties.contains("https://vergers.exemple.fr/stats"), "{duties}");
    }
}

on_both_stores! {
    async fn what_cannot_be_read_is_named_and_nothing_is_filed(house: TestHouse) {
        let legal = agent(&house, "incubator.legal", None).await;
        let wrong = ORCHARD.replace("2026-03-02 }\nbodies", "2026-02-30 }\nbodies").replace("kind: delegation", "kind: pacte");
        let answer = legal.submit("/incubateur/conventions/fichier", &[("text", &wrong)]).await;
        assert_eq!(answer.status, 422);
        for told in ["signature.on", "2026-02-30", "pacte", "delegation, partnership", "rien n’est inscrit"] {
            assert!(answer.text.to_lowercase().contains(&told.to_lowercase()), "{told}: {}", answer.text);
        }
        assert_eq!(legal.open("/incubateur/conventions/vergers").await.status, 404);
        filed(&house, ORCHARD).await;
        let again = legal.submit("/incubateur/conventions/fichier", &[("text", ORCHARD)]).await;
        assert_eq!(again.status, 422);
        assert!(again.text.contains("porte déjà la référence"), "{}", again.text);
    }
}

on_both_stores! {
    async fn publication_puts_the_partnership_in_force_and_only_then(house: TestHouse) {
        let legal = filed(&house, shipped::FRICHES).await;
        let page = legal.open("/incubateur/conventions/friches").await.text;
        assert!(page.contains("jamais entrée en vigueur"), "its term passed before any publication: {page}");
        let publication = |day: &'static str| [("channel", "data.gouv.fr"), ("day", day), ("told", "https://exemple.fr/convention")];
        let life = "/incubateur/conventions/friches/vie/publication";
        assert_eq!(legal.submit(life, &publication("2030-01-01")).await.status, 422, "the future");
        assert_eq!(legal.submit(life, &publication("2020-10-12")).await.status, 303);
        let page = legal.open("/incubateur/conventions/friches").await.text;
        assert!(page.contains("le 12/10/2020") && page.contains("terminée") && page.contains("31/05/2021"), "{page}");
        // Recorded by mistake: withdrawn with its reason, and the agreement is as before.
        let life = legal.open("/incubateur/conventions/friches/vie").await.text;
        let id = life.split("<option value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a fact").to_owned();
        let withdraw = "/incubateur/conventions/friches/vie/retirer";
        assert_eq!(legal.submit(withdraw, &[("fact", &id), ("reason", "")]).await.status, 409);
        assert_eq!(legal.submit(withdraw, &[("fact", &id), ("reason", "mauvaise convention")]).await.status, 303);
        let page = legal.open("/incubateur/conventions/friches").await.text;
        assert!(page.contains("jamais entrée en vigueur"), "{page}");
    }
}

on_both_stores! {
    async fn an_amendment_counts_from_its_signature_and_notice_ends_three_months_later(house: TestHouse) {
        let legal = filed(&house, ORCHARD).await;
        let base = "/incubateur/conventions/vergers";
        let amendment = [
            ("number", "1"), ("requested", "2026-10-01"), ("until", "2028-03-31"), ("year", "2027"), ("ae", "20 000"), ("cp", "20 000"),
        ];
        assert_eq!(legal.submit(&format!("{base}/vie/avenant"), &amendment).await.status, 303);
        let before = legal.open(base).await.text;
        assert!(before.contains("02/09/2027") && before.contains("100\u{202f}000\u{a0}€"), "nothing before its signature: {before}");
        assert_eq!(legal.submit(&format!("{base}/vie/avenant"), &amendment).await.status, 422, "the number is taken");

        let life = legal.open(&format!("{base}/vie")).await.text;
        let next = life.split(&format!("{base}/vie/suite/")).nth(1).and_then(|rest| rest.split('"').next()).expect("a way on");
        let next = format!("{base}/vie/suite/{next}");
        assert_eq!(legal.submit(&next, &[("day", "2026-09-01")]).await.status, 422, "signed before it was asked for");
        assert_eq!(legal.submit(&next, &[("day", "2026-11-02")]).await.status, 303);
        let after = legal.open(base).await.text;
        assert!(after.contains("31/03/2028") && after.contains("120\u{202f}000\u{a0}€"), "{after}");
        assert!(legal.open(&format!("{base}/echeances")).await.text.contains("copies de l&#39;avenant")
            || legal.open(&format!("{base}/echeances")).await.text.contains("copies de l'avenant"), "an amendment is copied");

        let notice = [("notice", "termination"), ("body", "agence"), ("day", "2026-11-16"), ("told", "réorganisation")];
        assert_eq!(legal.submit(&format!("{base}/vie/preavis"), &notice).await.status, 303);
        let page = legal.open(base).await.text;
        assert!(page.contains("préavis en cours") && page.contains("16/02/2027"), "{page}");
    }
}

on_both_stores! {
    async fn nobody_sees_an_agreement_that_is_not_theirs(house: TestHouse) {
        filed(&house, ORCHARD).await;
        filed(&house, shipped::LOTOCAR).await;
        for (role, own) in [("product.lead", "service:vergers"), ("agreement.sponsor", "convention:vergers")] {
            let holder = agent(&house, role, Some(own)).await;
            for page in ["", "/texte", "/echeances", "/credits", "/comptes", "/comptes/final", "/vie"] {
                assert_eq!(holder.open(&format!("/incubateur/conventions/vergers{page}")).await.status, 200, "{role} {page}");
                assert_eq!(holder.open(&format!("/incubateur/conventions/lotocar{page}")).await.status, 404, "{role} {page}");
            }
            for list in ["/incubateur/conventions", "/incubateur/echeances"] {
                let text = holder.open(list).await.text;
                assert!(text.contains("vergers") && !text.contains("Lotocar"), "{role} {list}: {text}");
            }
            assert!(!holder.open("/incubateur/conventions?service=lotocar").await.text.contains("Lotocar"));
        }
        let public = Agent::nobody(testkit::http_client(), &house.base_url);
        assert_eq!(public.open("/incubateur/conventions").await.status, 303, "sign in first");
    }
}

on_both_stores! {
    async fn bank_details_are_for_the_finance_desk_and_reading_them_is_logged(house: TestHouse) {
        let legal = filed(&house, shipped::FRICHES).await;
        let finance = agent(&house, "incubator.finance", None).await;
        let page = finance.open("/incubateur/conventions/friches/coordonnees-bancaires").await.text;
        assert!(page.contains("IBAN") && page.contains("FR76"), "{page}");
        let iban: String = page.split("FR76").nth(1).expect("an IBAN").chars().take(12).collect();
        assert_eq!(legal.open("/incubateur/conventions/friches/coordonnees-bancaires").await.status, 403);
        for path in ["", "/texte", "/credits", "/echeances", "/vie"] {
            let text = finance.open(&format!("/incubateur/conventions/friches{path}")).await.text;
            assert!(!text.contains(&iban) && !text.contains("FR76"), "{path}");
        }
        let incubator = Incubator::open(&house.registry.house).await.expect("the incubator");
        let page = audit::Page { before: None, only: audit::everything(), limit: 100 };
        let rows = audit::latest(&incubator.database, &page).await.expect("the log");
        assert!(rows.iter().any(|row| row.action == "agreement.bank_read"), "{rows:?}");
        assert!(rows.iter().all(|row| !row.facts.contains("FR76")), "never in the log");
    }
}
