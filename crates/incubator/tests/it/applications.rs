//! Candidates of a call: what they send, who reads it, how long it is kept.

use jiff::SignedDuration;
use testkit::on_both_stores;

use crate::agreements::agent;
use crate::calls::{
    CALL, JURY, announced, anyone, applied, begun, file, heard, letters, marked, number, opened, published,
    step, who,
};

on_both_stores! {
    async fn a_candidate_begins_by_mail_completes_and_sends_before_the_hour(house: TestHouse) {
        announced(&house, "intrapreneur", &[]).await;
        let candidate = anyone(&house);
        let wrong = [("person", ""), ("email", "aïssa"), ("phone", "appelez-moi"), ("department", "Creuse"), ("project", "Guichet")];
        let answer = candidate.submit(&format!("{CALL}/candidater"), &wrong).await;
        assert_eq!(answer.status, 422);
        for told in ["prénom et votre nom", "prenom.nom@exemple.fr", "n’est pas un numéro", "le département", "la sorte", "Résumez"] {
            assert!(answer.text.contains(told), "{told}: {}", answer.text);
        }
        let own = begun(&house, "aissa@exemple.fr", "Guichet des mairies").await;
        let page = candidate.open(&own).await.text;
        assert!(page.contains("Guichet des mairies") && page.contains("à remplir"), "{page}");
        let early = candidate.submit(&format!("{own}/envoyer"), &[]).await;
        assert_eq!(early.status, 422);
        assert!(early.text.contains("Des réponses obligatoires manquent") && early.text.contains("Cet accord est nécessaire"), "{}", early.text);
        assert_eq!(candidate.submit(&format!("{own}/recevabilite"), &[("eligible_0", "peut-être")]).await.status, 422);
        let answers = [("eligible_0", "oui"), ("eligible_1", "oui"), ("eligible_2", "oui")];
        assert_eq!(candidate.submit(&format!("{own}/recevabilite"), &answers).await.status, 303);
        assert_eq!(candidate.submit(&format!("{own}/question/1"), &[("answer", " ")]).await.status, 422);
        let long = "é".repeat(1_201);
        let answer = candidate.submit(&format!("{own}/question/1"), &[("answer", &long)]).await;
        assert!(answer.status == 422 && answer.text.contains("1201 caractères"), "{}", answer.text);
        assert_eq!(candidate.open(&format!("{own}/question/9")).await.status, 404);
        for rank in [1, 2, 3, 5] {
            assert_eq!(candidate.submit(&format!("{own}/question/{rank}"), &[("answer", "Voici.")]).await.status, 303);
        }
        let read = candidate.open(&format!("{own}/envoyer")).await.text;
        assert!(read.contains("risque de ne pas être recevable"), "a doubt is said, nothing is refused: {read}");
        let half = candidate.submit(&format!("{own}/envoyer"), &[("consent_0", "oui")]).await;
        assert_eq!(half.status, 422, "both are needed");
        assert_eq!(candidate.submit(&format!("{own}/envoyer"), &[("consent_0", "oui"), ("consent_1", "oui")]).await.status, 303);
        let page = candidate.open(&own).await.text;
        assert!(page.contains("essais-2026-0001"), "{page}");
        let receipt = letters(&house).await;
        assert!(receipt.iter().any(|(to, subject, _)| to == "aissa@exemple.fr" && subject.contains("essais-2026-0001")), "{receipt:?}");
        assert_eq!(candidate.submit(&format!("{own}/question/1"), &[("answer", "Autre")]).await.status, 409, "it is sent");
        let data = candidate.open(&format!("{own}/donnees")).await;
        assert!(data.text.contains("aissa@exemple.fr") && data.text.contains("Voici."), "{}", data.text);
        assert_eq!(candidate.open("/incubateur/appels/candidatures/devine").await.status, 410);

        // Late by a second: refused with the hour, and nothing is written.
        let late = begun(&house, "tard@exemple.fr", "Trop tard").await;
        house.wait(SignedDuration::from_hours(24 * 5) - SignedDuration::from_hours(3));
        for (path, form) in [
            (format!("{late}/question/1"), vec![("answer", "Voici.")]),
            (format!("{late}/envoyer"), vec![("consent_0", "oui"), ("consent_1", "oui")]),
            (format!("{CALL}/candidater"), who("autre@exemple.fr", "Autre").to_vec()),
        ] {
            let answer = candidate.submit(&path, &form).await;
            assert_eq!(answer.status, 409, "{path}");
            assert!(answer.text.contains("30\u{a0}novembre 2026 à 12\u{a0}h\u{a0}00"), "{}", answer.text);
        }
        let page = candidate.open(&late).await.text;
        assert!(page.contains("n’était pas envoyée"), "{page}");
        let erased = candidate.submit(&format!("{late}/effacer"), &[]).await;
        assert_eq!(erased.status, 303);
        assert_eq!(candidate.open(&late).await.status, 410);
    }
}

on_both_stores! {
    async fn a_candidate_may_take_an_application_back_until_results(house: TestHouse) {
        announced(&house, "intrapreneur", &[]).await;
        let own = applied(&house, "aissa@exemple.fr", "Guichet des mairies").await;
        let candidate = anyone(&house);
        assert_eq!(candidate.submit(&format!("{own}/effacer"), &[]).await.status, 409, "it is being read");
        assert_eq!(candidate.submit(&format!("{own}/retirer"), &[]).await.status, 303);
        assert_eq!(candidate.submit(&format!("{own}/retirer"), &[]).await.status, 409);
        assert!(candidate.open(&own).await.text.contains("Vous avez retiré"));
        let head = agent(&house, "incubator.head", None).await;
        let desk = head.open(&format!("{CALL}/suivi")).await.text;
        assert!(!desk.contains("Guichet des mairies") && desk.contains("1 retiré"), "{desk}");
        assert_eq!(candidate.submit(&format!("{own}/effacer"), &[]).await.status, 303);
        assert_eq!(candidate.open(&own).await.status, 410);
        // The next number is another one.
        let other = applied(&house, "noe@exemple.fr", "Haies").await;
        assert!(candidate.open(&other).await.text.contains("essais-2026-0002"));
    }
}

on_both_stores! {
    async fn candidates_are_read_by_their_jury_and_organisers_only(house: TestHouse) {
        announced(&house, "intrapreneur", &[]).await;
        applied(&house, "aissa@exemple.fr", "Guichet des mairies").await;
        let head = heard(&house, &["Guichet des mairies"]).await;
        let one = file(&head, "Guichet des mairies").await;
        let own = format!("{CALL}/jury/{}", number(&one));
        let elsewhere = agent(&house, "call.jury", Some("appel:ailleurs")).await;
        for path in [format!("{CALL}/jury"), own.clone(), format!("{own}/declarer"), format!("{CALL}/jury/classement")] {
            assert_eq!(elsewhere.open(&path).await.status, 404, "{path}");
        }
        for role in ["incubator.finance", "incubator.legal", "incubator.dpo"] {
            let other = agent(&house, role, None).await;
            for path in [&one, &own, &format!("{CALL}/suivi")] {
                assert_eq!(other.open(path).await.status, 403, "{role} {path}");
            }
        }
        // Its jury reads those to be heard, not the others, and not the desk.
        let juror = agent(&house, "call.jury", Some(JURY)).await;
        assert!(juror.open(&format!("{CALL}/jury")).await.text.contains("Guichet des mairies"));
        assert_eq!(juror.open(&one).await.status, 403);
        assert_eq!(head.open(&own).await.status, 403, "organisers do not mark");
        // Once taken out of the jury, nothing is read any more, and the marks go.
        opened(&head, &juror).await;
        assert_eq!(marked(&juror, &one, ["5", "5", "5"]).await, 303);
        let page = head.open(&format!("{CALL}/suivi/jury")).await.text;
        let way = page.split(&format!("{CALL}/suivi/jury/")).find_map(|rest| rest.split_once("/retirer")).map(|(agent, _)| agent.to_owned()).expect("a button");
        assert_eq!(head.submit(&format!("{CALL}/suivi/jury/{way}/retirer"), &[]).await.status, 303);
        assert!(matches!(juror.open(&own).await.status, 303 | 403));
        assert!(step(&head, "hearing").await.text.contains("sans aucune note"));
    }
}

on_both_stores! {
    async fn files_are_kept_two_years_after_results_and_figures_stay(house: TestHouse) {
        announced(&house, "intrapreneur", &[]).await;
        let lost = applied(&house, "noe@exemple.fr", "Haies").await;
        let won = applied(&house, "aissa@exemple.fr", "Guichet des mairies").await;
        let draft = begun(&house, "tard@exemple.fr", "Jamais envoyé").await;
        let head = heard(&house, &["Guichet des mairies", "Haies"]).await;
        let chair = agent(&house, "call.jury", Some(JURY)).await;
        let (good, bad) = (file(&head, "Guichet des mairies").await, file(&head, "Haies").await);
        opened(&head, &chair).await;
        for one in [&good, &bad] {
            assert_eq!(marked(&chair, one, ["5", "5", "5"]).await, 303);
        }
        let yes = vec![("verdict", "laureate"), ("reason", "Grand problème.")];
        let no = vec![("verdict", "rejected"), ("reason", "Trop tôt.")];
        published(&head, &chair, &[(&good, yes), (&bad, no)]).await;
        let candidate = anyone(&house);
        house.run_job("incubator", "forgetting").await;
        assert_eq!(candidate.open(&draft).await.status, 200, "thirty days after the closing");
        house.wait(SignedDuration::from_hours(24 * 31));
        house.run_job("incubator", "forgetting").await;
        assert_eq!(candidate.open(&draft).await.status, 410);
        assert_eq!(candidate.open(&lost).await.status, 200);
        house.wait(SignedDuration::from_hours(24 * 366 * 2));
        house.run_job("incubator", "forgetting").await;
        assert_eq!(candidate.open(&lost).await.status, 410);
        assert_eq!(candidate.open(&won).await.status, 200, "a laureate is kept with its agreement");
        let public = candidate.open(CALL).await.text;
        assert!(public.contains("2 candidatures, 2 entendues, 1 lauréat"), "{public}");
        let data = candidate.open("/incubateur/donnees/appels.json").await.text;
        assert!(data.contains("\"applications\":2") && !data.contains("Haies"), "{data}");
        let head = agent(&house, "incubator.head", None).await;
        let page = head.open(&bad).await.text;
        assert!(page.contains("Dossier effacé") && !page.contains("Trop tôt") && !page.contains("noe@exemple.fr"), "{page}");
        let csv = candidate.open("/incubateur/donnees/appels.csv").await.text;
        assert!(csv.contains("essais-2026;intrapreneur;Essais de 2026;2026-11-20"), "{csv}");
    }
}
