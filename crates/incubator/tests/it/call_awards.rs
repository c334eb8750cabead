//! Laureates of calls: a new agreement with the conditions of its jury, or an investigation under one that exists.

use incubator::Incubator;
use socle::audit;
use testkit::{Agent, TestHouse, on_both_stores};

use crate::agreements::agent;
use crate::calls::{CALL, JURY, announced, anyone, applied, file, heard, number, opened, published, with};

/// A call with one laureate, published.
async fn won(house: &TestHouse, decision: &[(&str, &str)]) -> (Agent, String) {
    applied(house, "aissa@exemple.fr", "Guichet des mairies").await;
    let head = heard(house, &["Guichet des mairies"]).await;
    let chair = agent(house, "call.jury", Some(JURY)).await;
    let one = file(&head, "Guichet des mairies").await;
    opened(&head, &chair).await;
    let own = format!("{CALL}/jury/{}", number(&one));
    assert_eq!(chair.submit(&format!("{own}/declarer"), &[("conflict", "non")]).await.status, 303);
    let sheet = [("mark_0", "8"), ("mark_1", "8"), ("mark_2", "8"), ("mark_3", "8")];
    assert_eq!(chair.submit(&own, &sheet).await.status, 303);
    let decision = with(&[("verdict", "laureate"), ("reason", "Le problème est grand.")], decision);
    published(&head, &chair, &[(&one, decision)]).await;
    let award = format!("{CALL}/laureats/{}", number(&one));
    (head, award)
}

on_both_stores! {
    async fn a_fast_laureate_gets_an_agreement_whose_duties_hold_the_jury_s_conditions(house: TestHouse) {
        announced(&house, "fast", &[("award", "agreement"), ("weeks", "30"), ("max_grant", "200 000"), ("co_funding", "50")]).await;
        let asked = [("granted", "100 000"), ("conditions", "démontrer les gains effectifs pour les usagers finaux\npublier une mesure par trimestre")];
        let (head, award) = won(&house, &asked).await;
        let page = head.open(&award).await.text;
        assert!(page.contains("démontrer les gains effectifs") && page.contains("value=\"guichet-des-mairies\"") && page.contains("value=\"7\""), "{page}");
        for (changed, told) in [(("months", "60"), "de 1 à 24"), (("envelope", "200 001"), "au plus"), (("slug", "Été"), "minuscules"), (("giver", ""), "qui accorde")] {
            let answer = head.submit(&award, &with(&given(), &[changed])).await;
            assert_eq!(answer.status, 422, "{changed:?}");
            assert!(answer.text.contains(told), "{told}: {}", answer.text);
        }
        assert_eq!(head.submit(&award, &given()).await.status, 303);
        assert_eq!(head.submit(&award, &given()).await.status, 409, "once");
        assert!(head.open(&format!("{CALL}/suivi")).await.text.contains("Accueil des lauréats"));
        let public = anyone(&house).open("/incubateur/services/guichet-des-mairies").await.text;
        assert!(public.contains("Accélération"), "{public}");

        // The legal desk finds the draft, completes it and files it, once.
        let legal = agent(&house, "incubator.legal", None).await;
        let waiting = legal.open("/incubateur/conventions/nouvelle").await.text;
        let way = waiting.split("href=\"").find(|rest| rest.contains("fast-delegation?laureat=")).and_then(|rest| rest.split('"').next()).expect("the draft").to_owned();
        let draft = legal.open(&way).await.text;
        for told in ["Essais de 2026, Guichet des mairies", "DDT de la Creuse", "value=\"100 000\"", "apporter 50 % du financement du service", "publier une mesure par trimestre", "value=\"7\""] {
            assert!(draft.contains(told), "{told}: {draft}");
        }
        let form = with(&filled(&draft), &[
            ("reference", "guichet-fast"), ("signed_by0", "Ève Mandel"), ("signed_on0", "2026-11-30"),
            ("signed_by1", "Ali Fontanel"), ("signed_on1", "2026-11-30"), ("cp0", "20 000"), ("copies", "CBCM du Premier ministre"),
        ]);
        let post = "/incubateur/conventions/nouvelle/fast-delegation";
        let answer = legal.submit(post, &form).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        let text = legal.open("/incubateur/conventions/guichet-fast").await.text;
        assert!(text.contains("Délégation de gestion") && text.contains("Dernier jour le 30/06/2027") && text.contains("100\u{202f}000\u{a0}€"), "{text}");
        let duties = legal.open("/incubateur/conventions/guichet-fast/echeances").await.text;
        assert!(duties.matches("Répondre à la condition du jury").count() >= 3, "{duties}");
        assert!(duties.contains("démontrer les gains effectifs pour les usagers finaux") && duties.contains("apporter 50 % du financement du service"), "{duties}");
        assert!(duties.contains("30\u{a0}juin 2027"), "at the term: {duties}");
        let again = with(&form, &[("reference", "guichet-fast-2")]);
        assert_eq!(legal.submit(post, &again).await.status, 409, "once");
        assert_eq!(legal.open(&way).await.status, 409);
        assert!(!legal.open("/incubateur/conventions/nouvelle").await.text.contains("en attente"));
        assert!(head.open(&award).await.text.contains("guichet-fast"));
        // The candidate is the intrapreneur of the product.
        let people = &house.registry.house.people;
        let roles = people.members_of("incubator", Some("service:guichet-des-mairies")).await.expect("roles");
        assert!(roles.iter().any(|role| role.role == "product.lead"));
    }
}

/// What an organiser answers for a laureate of the FAST.
fn given() -> Vec<(&'static str, &'static str)> {
    vec![
        ("name", "Guichet des mairies"),
        ("slug", "guichet-des-mairies"),
        ("mission", "Aider les mairies"),
        ("stage", "acceleration"),
        ("from", "2026-12-01"),
        ("months", "7"),
        ("envelope", "100 000"),
        ("giver", "Direction du numérique"),
        ("invite", "oui"),
    ]
}

/// The fields of a form, as its page shows them.
fn filled(page: &str) -> Vec<(&str, &str)> {
    let mut fields = Vec::new();
    for tag in page.split("<input").skip(1).filter_map(|rest| rest.split('>').next()) {
        let value =
            |name: &str| tag.split(&format!(" {name}=\"")).nth(1).and_then(|rest| rest.split('"').next());
        let (Some(name), Some(given)) = (value("name"), value("value")) else { continue };
        let chosen = matches!(value("type"), Some("checkbox" | "radio"));
        if !chosen || tag.contains(" checked") {
            fields.push((name, given));
        }
    }
    for tag in page.split("<textarea").skip(1) {
        let name = tag.split(" name=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a name");
        let text =
            tag.split(">\n").nth(1).and_then(|rest| rest.split("</textarea>").next()).unwrap_or_default();
        fields.push((name, text));
    }
    for tag in page.split("<select").skip(1) {
        let name = tag.split(" name=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a name");
        let chosen = tag
            .split("</select>")
            .next()
            .and_then(|list| list.split(" selected").next())
            .filter(|before| before.len() < tag.split("</select>").next().map_or(0, str::len));
        if let Some(value) =
            chosen.and_then(|before| before.rsplit("value=\"").next()).and_then(|rest| rest.split('"').next())
        {
            fields.push((name, value));
        }
    }
    fields
}

const INCUBATOR: &str = "reference: atelier
title: Délégation de l’atelier
kind: delegation
scope: portfolio
signature: { on: 2026-03-02 }
bodies:
  - { key: agence, name: Agence des vergers }
  - { key: direction, name: Direction du numérique }
parties:
  - { body: agence, roles: [delegating], signed_by: Rose Quenneville, signed_on: 2026-03-01 }
  - { body: direction, roles: [delegate], signed_by: Paul Ibarra, signed_on: 2026-03-02 }
products:
  - { key: ruches, name: Ruches partagées }
effect: { rule: on_signature }
term: { months: 18 }
covered_acts: [commit, perform, pay]
plan:
  - { year: 2026, ae: 40 000, cp: 40 000, nature: maximum }
clauses:
  - { clause: committee.periodic, article: \"2\", per_product: true, debtor: [agence], creditor: [direction], parameters: { every_months: 6, chair: [agence] }, text: \"Un comité tous les six mois.\" }
";

on_both_stores! {
    async fn an_intrapreneur_laureate_opens_an_investigation_in_one_change(house: TestHouse) {
        announced(&house, "intrapreneur", &[]).await;
        crate::agreements::filed(&house, INCUBATOR).await;
        let narrow = INCUBATOR.replace("reference: atelier", "reference: etroite").replace("Délégation de l’atelier", "Délégation étroite").replace("covered_acts", "phases_allowed: [construction]\ncovered_acts");
        crate::agreements::filed(&house, &narrow).await;
        let short = INCUBATOR.replace("reference: atelier", "reference: courte").replace("months: 18", "months: 10");
        crate::agreements::filed(&house, &short).await;
        crate::agreements::filed(&house, crate::agreements::ORCHARD).await;
        let (head, award) = won(&house, &[("granted", "15 000")]).await;
        let page = head.open(&award).await.text;
        for told in ["40\u{202f}000\u{a0}€", "ne couvre pas la phase d’investigation", "porte sur un seul service", "rien ne s’y oppose"] {
            assert!(page.contains(told), "{told}: {page}");
        }
        let investigation = |agreement: &'static str, slug: &'static str, envelope: &'static str| {
            vec![
                ("name", "Guichet des mairies"), ("slug", slug), ("mission", "Aider les mairies"), ("from", "2026-12-01"),
                ("weeks", "9"), ("envelope", envelope), ("agreement", agreement),
            ]
        };
        for (agreement, told) in [("etroite", "ne couvre pas"), ("courte", "se termine le"), ("vergers", "un seul service"), ("ailleurs", "en vigueur")] {
            let answer = head.submit(&award, &investigation(agreement, "guichet", "15 000")).await;
            assert_eq!(answer.status, 422, "{agreement}");
            assert!(answer.text.contains(told), "{told}: {}", answer.text);
        }
        let answer = head.submit(&award, &investigation("atelier", "guichet", "15 001")).await;
        assert_eq!(answer.status, 422, "more than the call gives");
        assert_eq!(anyone(&house).open("/incubateur/services/guichet").await.status, 404, "nothing is half written");

        assert_eq!(head.submit(&award, &investigation("atelier", "guichet", "15 000")).await.status, 303);
        assert_eq!(head.submit(&award, &investigation("atelier", "guichet-2", "15 000")).await.status, 409, "once");
        let public = anyone(&house).open("/incubateur/services/guichet").await.text;
        assert!(public.contains("Guichet des mairies") && public.contains("Investigation") && public.contains("1er\u{a0}décembre 2026"), "{public}");
        let committees = head.open("/incubateur/conventions/atelier/comites").await.text;
        assert!(committees.contains("Comité de lancement du 2\u{a0}février 2027"), "{committees}");
        let credits = head.open("/incubateur/conventions/atelier/credits").await.text;
        assert!(credits.contains("40\u{202f}000\u{a0}€") && !credits.contains("15\u{202f}000\u{a0}€"), "nothing is committed: {credits}");
        let text = head.open("/incubateur/conventions/atelier/texte").await.text;
        assert!(text.contains("Guichet des mairies"), "{text}");
        // Its team sees its agreement.
        let lead = agent(&house, "product.lead", Some("service:guichet")).await;
        assert_eq!(lead.open("/incubateur/conventions/atelier").await.status, 200);
        // The committee decides as any other: an idea that does not convince is a normal end.
        let committee = committees.split("/incubateur/comites/").nth(1).and_then(|rest| rest.split('"').next()).expect("a committee").to_owned();
        assert!(head.open(&format!("/incubateur/comites/{committee}")).await.text.contains("Fin de l’investigation ouverte par l’appel"));
        let log = audit::latest(&Incubator::open(&house.registry.house).await.expect("the incubator").database, &audit::Page { before: None, only: audit::everything(), limit: 500 }).await.expect("the log");
        for action in ["product.created", "agreement.rewritten", "committee.planned", "call.awarded"] {
            assert!(log.iter().any(|row| row.action == action), "{action}");
        }
    }
}

on_both_stores! {
    async fn two_organisers_who_press_at_once_open_one_investigation(house: TestHouse) {
        announced(&house, "intrapreneur", &[]).await;
        crate::agreements::filed(&house, INCUBATOR).await;
        let (head, award) = won(&house, &[]).await;
        let other = agent(&house, "incubator.portfolio", None).await;
        let first = [("name", "Guichet"), ("slug", "guichet"), ("mission", "Aider"), ("from", "2026-12-01"), ("weeks", "9"), ("envelope", "15 000"), ("agreement", "atelier")];
        let second = with(&first, &[("slug", "guichet-bis")]);
        let (one, two) = tokio::join!(head.submit(&award, &first), other.submit(&award, &second));
        let mut both = [one.status, two.status];
        both.sort_unstable();
        assert_eq!(both, [303, 409], "{} {}", one.text, two.text);
        let committees = head.open("/incubateur/conventions/atelier/comites").await.text;
        assert_eq!(committees.matches("Comité de lancement").count(), 1, "{committees}");
    }
}
