//! Calls, from their preparation to their results: organisers and jury. Candidates: `applications.rs`.

use incubator::Incubator;
use jiff::SignedDuration;
use socle::audit;
use socle::outbox::{self, Message};
use testkit::{Agent, TestHouse, on_both_stores};

use crate::agreements::agent;

pub const CALL: &str = "/incubateur/appels/essais-2026";
pub const JURY: &str = "appel:essais-2026";

/// What an organiser types; open from five days ago to five days ahead, at noon.
pub const TYPED: [(&str, &str); 12] = [
    ("title", "Essais de 2026"),
    ("slug", "essais-2026"),
    ("tagline", "Des agents essaient une idée sur le terrain."),
    ("presentation", "Un problème, un agent, neuf semaines.\nUn coach l’accompagne."),
    ("who", "Tout agent public."),
    ("organiser", "Atelier des essais"),
    ("opens", "2026-11-20"),
    ("closes_day", "2026-11-30"),
    ("closes_hour", "12:00"),
    ("award", "investigation"),
    ("weeks", "9"),
    ("max_grant", "15 000"),
];

pub fn with<'a>(typed: &[(&'a str, &'a str)], changed: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = typed.iter().filter(|(name, _)| !changed.iter().any(|(other, _)| other == name));
    kept.chain(changed).copied().collect()
}

/// Takes the next step of the call.
pub async fn step(by: &Agent, from: &str) -> testkit::Answer {
    by.submit(&format!("{CALL}/suivi/etape"), &[("from", from)]).await
}

async fn stepped(by: &Agent, from: &str) {
    let answer = step(by, from).await;
    assert_eq!(answer.status, 303, "from {from}: {}", answer.text);
}

/// An announced call of that kind.
pub async fn announced(house: &TestHouse, kind: &str, changed: &[(&str, &str)]) -> Agent {
    let head = agent(house, "incubator.head", None).await;
    let answer = head.submit(&format!("/incubateur/appels/nouveau/{kind}"), &with(&TYPED, changed)).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    stepped(&head, "draft").await;
    head
}

pub async fn letters(house: &TestHouse) -> Vec<(String, String, String)> {
    let incubator = Incubator::open(&house.registry.house).await.expect("the incubator");
    let posted = outbox::latest(&incubator.database, &incubator.keyring, 100).await.expect("letters");
    let mail = posted.into_iter().filter_map(|(_, message)| match message {
        Message::Mail { to, subject, text } => Some((to, subject, text)),
        Message::Webhook { .. } => None,
    });
    mail.collect()
}

pub fn anyone(house: &TestHouse) -> Agent {
    Agent::nobody(house.client.clone(), &house.base_url)
}

pub fn who<'a>(email: &'a str, project: &'a str) -> [(&'a str, &'a str); 7] {
    [
        ("person", "Aïssa Nédélec"),
        ("email", email),
        ("organisation", "DDT de la Creuse"),
        ("organisation_kind", "service_deconcentre"),
        ("department", "23"),
        ("project", project),
        ("summary", "Aider les mairies à répondre aux demandes."),
    ]
}

/// Begins an application; the address of its private page.
pub async fn begun(house: &TestHouse, email: &str, project: &str) -> String {
    let answer = anyone(house).submit(&format!("{CALL}/candidater"), &who(email, project)).await;
    assert!(answer.status == 200 && answer.text.contains("Consultez votre messagerie"), "{}", answer.text);
    let all = letters(house).await;
    let (_, _, text) = all.iter().find(|(to, ..)| to == email).expect("a letter");
    let secret =
        text.split("/incubateur/appels/candidatures/").nth(1).and_then(|rest| rest.split('\n').next());
    format!("/incubateur/appels/candidatures/{}", secret.expect("a link").trim())
}

/// Fills and sends one; its private page.
pub async fn applied(house: &TestHouse, email: &str, project: &str) -> String {
    let own = begun(house, email, project).await;
    let candidate = anyone(house);
    let yes = [("eligible_0", "oui"), ("eligible_1", "oui"), ("eligible_2", "non")];
    assert_eq!(candidate.submit(&format!("{own}/recevabilite"), &yes).await.status, 303);
    for rank in 1..=5 {
        let answer = candidate.submit(&format!("{own}/question/{rank}"), &[("answer", "Voici.")]).await;
        assert_eq!(answer.status, 303, "{rank}: {}", answer.text);
    }
    let agreed = [("consent_0", "oui"), ("consent_1", "oui")];
    let answer = candidate.submit(&format!("{own}/envoyer"), &agreed).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    own
}

/// The address of a candidate's file, as the desk lists it.
pub async fn file(by: &Agent, project: &str) -> String {
    let page = by.open(&format!("{CALL}/suivi")).await.text;
    let row = page.split(project).next().expect("the project").to_owned();
    let start = format!("{CALL}/candidatures/");
    let number = row.rsplit(&start).next().and_then(|rest| rest.split('"').next()).expect("a number");
    format!("{start}{number}")
}

/// The number of an application.
pub fn number(file: &str) -> &str {
    file.rsplit('/').next().expect("a number")
}

/// Closes the call and brings those projects to the hearings.
pub async fn heard(house: &TestHouse, projects: &[&str]) -> Agent {
    house.wait(SignedDuration::from_hours(24 * 5));
    let head = agent(house, "incubator.head", None).await;
    stepped(&head, "announced").await;
    for project in projects {
        let eligible = [("verdict", "eligible")];
        let answer = head.submit(&format!("{}/decider", file(&head, project).await), &eligible).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
    }
    stepped(&head, "eligibility").await;
    stepped(&head, "preselection").await;
    for project in projects {
        let kept = [("verdict", "kept"), ("hearing_day", "2026-12-04"), ("hearing_hour", "14:30")];
        let answer = head.submit(&format!("{}/decider", file(&head, project).await), &kept).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
    }
    head
}

/// Says who chairs, and opens the hearings.
pub async fn opened(head: &Agent, chair: &Agent) {
    let page = head.open(&format!("{CALL}/suivi/jury")).await.text;
    let row = page.split(&chair.email).nth(1).expect("the chair in the jury");
    let way = row.split(&format!("{CALL}/suivi/jury/")).nth(1).and_then(|rest| rest.split('"').next());
    let way = format!("{CALL}/suivi/jury/{}", way.expect("a button"));
    assert_eq!(head.submit(&way, &[]).await.status, 303);
    stepped(head, "shortlisted").await;
}

pub async fn marked(juror: &Agent, file: &str, marks: [&str; 3]) -> u16 {
    let own = format!("{CALL}/jury/{}", number(file));
    juror.submit(&format!("{own}/declarer"), &[("conflict", "non")]).await;
    let given = [
        ("mark_0", marks[0]),
        ("mark_1", marks[1]),
        ("mark_2", marks[2]),
        ("comment_0", "vu sur le terrain"),
    ];
    juror.submit(&own, &given).await.status
}

/// Decides, has the minutes signed by the chair, and publishes.
pub async fn published(head: &Agent, chair: &Agent, decisions: &[(&str, Vec<(&str, &str)>)]) {
    stepped(head, "hearing").await;
    for (file, decision) in decisions {
        let answer = head.submit(&format!("{file}/decider"), decision).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
    }
    let minutes = [("text", "Tous présents. Les ex æquo ont été départagés sur le problème.")];
    assert_eq!(head.submit(&format!("{CALL}/suivi/proces-verbal"), &minutes).await.status, 303);
    assert_eq!(signed(chair).await, 303);
    stepped(head, "deliberation").await;
}

async fn signed(chair: &Agent) -> u16 {
    let page = chair.open(&format!("{CALL}/jury/proces-verbal")).await.text;
    let version = page.split("name=\"version\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    let version = version.unwrap_or("0").to_owned();
    chair.submit(&format!("{CALL}/jury/proces-verbal"), &[("version", &version)]).await.status
}

on_both_stores! {
    async fn a_call_is_prepared_then_announced(house: TestHouse) {
        let head = agent(&house, "incubator.head", None).await;
        let new = "/incubateur/appels/nouveau/intrapreneur";
        for (changed, told) in [
            (("closes_day", "2026-11-31"), "un jour qui existe"),
            (("closes_day", "2026-11-19"), "avant l’ouverture"),
            (("closes_hour", "midi"), "par exemple 12:00"),
            (("slug", "Essais"), "minuscules sans accent"),
            (("slug", "organiser"), "sert déjà"),
            (("co_funding", "120"), "de 0 à 100"),
            (("max_grant", "beaucoup"), "un montant en euros"),
            (("title", ""), "Donnez un titre"),
        ] {
            let answer = head.submit(new, &with(&TYPED, &[changed])).await;
            assert_eq!(answer.status, 422, "{changed:?}");
            assert!(answer.text.contains(told), "{told}: {}", answer.text);
        }
        assert_eq!(head.submit(new, &TYPED).await.status, 303);
        let again = head.submit(new, &TYPED).await;
        assert!(again.status == 422 && again.text.contains("déjà cette adresse"), "{}", again.text);

        // A draft is nobody's business.
        let public = anyone(&house);
        assert_eq!(public.open(CALL).await.status, 404);
        assert!(!public.open("/incubateur/appels").await.text.contains("Essais de 2026"));
        let bad = [("label_0", "Portée"), ("number_0", "12"), ("first_0", "ten"), ("second_0", "hearing")];
        let answer = head.submit(&format!("{CALL}/suivi/formulaire/criteres"), &bad).await;
        assert!(answer.status == 422 && answer.text.contains("coefficient de 1 à 10"), "{}", answer.text);
        let good = [
            ("label_0", "Portée"), ("number_0", "4"), ("first_0", "ten"), ("second_0", "hearing"),
            ("label_3", "Écart"), ("number_3", "1"), ("first_3", "tick"), ("second_3", "preselection"),
        ];
        assert_eq!(head.submit(&format!("{CALL}/suivi/formulaire/criteres"), &good).await.status, 303);
        stepped(&head, "draft").await;
        assert_eq!(step(&head, "draft").await.status, 409, "it is taken once");
        let page = public.open(CALL).await.text;
        assert!(page.contains("Portée") && page.contains("Écart") && page.contains("30\u{a0}novembre 2026 à 12\u{a0}h\u{a0}00"), "{page}");
        assert!(page.contains(&format!("{CALL}/candidater")), "it is open: {page}");
        let late = head.submit(&format!("{CALL}/suivi/formulaire/criteres"), &good).await;
        assert!(late.status == 409 && late.text.contains("ne changent plus"), "{}", late.text);
        // Its closing may still move, not into the past.
        let edit = format!("{CALL}/suivi/presentation");
        assert_eq!(head.submit(&edit, &with(&TYPED, &[("closes_day", "2026-11-24")])).await.status, 422);
        assert_eq!(head.submit(&edit, &with(&TYPED, &[("closes_day", "2026-12-02")])).await.status, 303);
        let early = step(&head, "announced").await;
        assert!(early.status == 409 && early.text.contains("2\u{a0}décembre 2026 à 12\u{a0}h\u{a0}00"), "{}", early.text);
        for path in ["/incubateur/appels/organiser", "/incubateur/appels/nouveau", &format!("{CALL}/suivi"), &format!("{CALL}/suivi/jury")] {
            assert_eq!(head.open(path).await.status, 200, "{path}");
            assert_eq!(public.open(path).await.status, 303, "{path}");
        }
    }
}

on_both_stores! {
    async fn steps_are_taken_in_order_and_say_what_they_wait_for(house: TestHouse) {
        announced(&house, "intrapreneur", &[]).await;
        applied(&house, "aissa@exemple.fr", "Guichet des mairies").await;
        applied(&house, "noe@exemple.fr", "Haies").await;
        house.wait(SignedDuration::from_hours(24 * 5));
        let head = agent(&house, "incubator.head", None).await;
        assert_eq!(step(&head, "deliberation").await.status, 409);
        stepped(&head, "announced").await;
        let owed = step(&head, "eligibility").await;
        assert!(owed.status == 409 && owed.text.contains("2 candidatures attendent"), "{}", owed.text);
        let (good, bad) = (file(&head, "Guichet des mairies").await, file(&head, "Haies").await);
        let unsaid = head.submit(&format!("{bad}/decider"), &[("verdict", "ineligible")]).await;
        assert!(unsaid.status == 422 && unsaid.text.contains("Dites pourquoi"), "{}", unsaid.text);
        assert_eq!(head.submit(&format!("{bad}/decider"), &[("verdict", "")]).await.status, 422);
        assert_eq!(head.submit(&format!("{bad}/decider"), &[("verdict", "ineligible"), ("reason", "Hors politique publique.")]).await.status, 303);
        assert_eq!(head.submit(&format!("{good}/decider"), &[("verdict", "eligible")]).await.status, 303);
        stepped(&head, "eligibility").await;
        assert_eq!(head.open(&format!("{good}/decider")).await.status, 409, "nothing is decided while it is read");
        stepped(&head, "preselection").await;
        assert_eq!(head.open(&format!("{bad}/decider")).await.status, 409, "it is not eligible");
        let early = [("verdict", "kept"), ("hearing_day", "2026-11-29"), ("hearing_hour", "10:00")];
        assert_eq!(head.submit(&format!("{good}/decider"), &early).await.status, 422, "before the closing");
        assert_eq!(head.submit(&format!("{good}/decider"), &[("verdict", "kept")]).await.status, 422, "without an hour");
        let kept = [("verdict", "kept"), ("hearing_day", "2026-12-04"), ("hearing_hour", "14:30")];
        assert_eq!(head.submit(&format!("{good}/decider"), &kept).await.status, 303);
        let owed = step(&head, "shortlisted").await;
        assert!(owed.text.contains("au jury") && owed.text.contains("qui préside"), "{}", owed.text);
        let chair = agent(&house, "call.jury", Some(JURY)).await;
        opened(&head, &chair).await;
        let hearing = letters(&house).await;
        assert!(hearing.iter().any(|(to, _, text)| to == "aissa@exemple.fr" && text.contains("4\u{a0}décembre 2026 à 14\u{a0}h\u{a0}30")), "{hearing:?}");
        assert!(!hearing.iter().any(|(to, subject, _)| to == "noe@exemple.fr" && subject.contains("audition")), "{hearing:?}");
        let owed = step(&head, "hearing").await;
        assert!(owed.status == 409 && owed.text.contains("sans aucune note"), "{}", owed.text);
    }
}

on_both_stores! {
    async fn marks_are_secret_until_the_deliberation_and_conflicts_abstain(house: TestHouse) {
        announced(&house, "intrapreneur", &[]).await;
        let mairies = applied(&house, "aissa@exemple.fr", "Guichet des mairies").await;
        let hedges = applied(&house, "noe@exemple.fr", "Haies").await;
        applied(&house, "lia@exemple.fr", "Sources").await;
        let head = heard(&house, &["Guichet des mairies", "Haies", "Sources"]).await;
        let (chair, second) = (agent(&house, "call.jury", Some(JURY)).await, agent(&house, "call.jury", Some(JURY)).await);
        let (one, two, three) =
            (file(&head, "Guichet des mairies").await, file(&head, "Haies").await, file(&head, "Sources").await);
        opened(&head, &chair).await;

        // One declares before reading; who has a link does not read.
        let own = |file: &str| format!("{CALL}/jury/{}", number(file));
        assert_eq!(chair.open(&own(&one)).await.status, 303, "declare first");
        assert_eq!(chair.submit(&own(&one), &[("mark_0", "9")]).await.status, 303, "declare first");
        assert_eq!(chair.submit(&format!("{}/declarer", own(&two)), &[("conflict", "oui")]).await.status, 422, "which link?");
        let link = [("conflict", "oui"), ("reason", "mon ancien service")];
        assert_eq!(chair.submit(&format!("{}/declarer", own(&two)), &link).await.status, 303);
        assert_eq!(chair.open(&own(&two)).await.status, 409);
        let forced = chair.submit(&own(&two), &[("mark_0", "10"), ("mark_1", "10"), ("mark_2", "10")]).await;
        assert_eq!(forced.status, 409, "{}", forced.text);
        assert_eq!(marked(&chair, &one, ["8", "11", "7"]).await, 422);
        assert_eq!(marked(&chair, &one, ["8", "6", "7"]).await, 303);
        assert_eq!(marked(&chair, &three, ["5", "5", "5"]).await, 303);
        assert_eq!(marked(&second, &one, ["4", "6", "7"]).await, 303);
        assert_eq!(marked(&second, &two, ["9", "9", "9"]).await, 303);
        assert_eq!(marked(&second, &three, ["5", "5", "5"]).await, 303);

        // Secret for everybody, organisers included: only how many.
        let page = head.open(&one).await.text;
        assert!(page.contains("2 fiches de notes sur 2") && !page.contains("vu sur le terrain"), "{page}");
        let page = second.open(&own(&one)).await.text;
        assert_eq!(page.matches("vu sur le terrain").count(), 1, "one's own only: {page}");
        assert!(!head.open(&format!("{CALL}/suivi/classement")).await.text.contains("6,17"), "only the stage that is over");
        assert_eq!(second.open(&format!("{CALL}/jury/classement")).await.status, 409);
        assert_eq!(second.open(&format!("{CALL}/jury/proces-verbal")).await.status, 409);

        stepped(&head, "hearing").await;
        assert_eq!(marked(&second, &one, ["10", "10", "10"]).await, 409, "frozen");
        let ranking = head.open(&format!("{CALL}/suivi/classement")).await.text;
        // (3×8+2×6+7 + 3×4+2×6+7) / 12 = 74/12; a spread of 12/6.
        assert!(ranking.contains("6,17") && ranking.contains("2,00") && ranking.contains("9,00"), "{ranking}");
        let seen = chair.open(&format!("{CALL}/jury/classement")).await.text;
        assert!(seen.contains("Guichet des mairies") && !seen.contains("Haies"), "whoever abstained does not see it: {seen}");
        assert!(chair.open(&own(&one)).await.text.matches("vu sur le terrain").count() == 2);
        assert_eq!(chair.open(&own(&two)).await.status, 409);

        // Reasons for each decision; the chair signs what was read.
        let unsaid = head.submit(&format!("{one}/decider"), &[("verdict", "laureate")]).await;
        assert!(unsaid.status == 422 && unsaid.text.contains("Dites pourquoi"), "{}", unsaid.text);
        let rich = [("verdict", "laureate"), ("reason", "Le problème est grand."), ("granted", "16 000")];
        assert_eq!(head.submit(&format!("{one}/decider"), &rich).await.status, 422, "more than the call gives");
        let no = vec![("verdict", "rejected"), ("reason", "L’idée existe déjà ailleurs.")];
        for file in [&two, &three] {
            assert_eq!(head.submit(&format!("{file}/decider"), &no).await.status, 303);
        }
        assert_eq!(head.submit(&format!("{one}/decider"), &[("verdict", "laureate"), ("reason", "Le problème est grand."), ("granted", "15 000"), ("conditions", "Rencontrer trente mairies")]).await.status, 303);
        assert_eq!(step(&head, "deliberation").await.status, 409, "unsigned");
        assert_eq!(head.submit(&format!("{CALL}/suivi/proces-verbal"), &[("text", "Tous présents.")]).await.status, 303);
        assert_eq!(signed(&second).await, 409, "only the chair");
        assert_eq!(signed(&chair).await, 303);
        assert_eq!(head.submit(&format!("{three}/decider"), &no).await.status, 303);
        let again = step(&head, "deliberation").await;
        assert!(again.status == 409 && again.text.contains("n’est pas signé"), "a decision changed: {}", again.text);
        assert_eq!(chair.submit(&format!("{CALL}/jury/proces-verbal"), &[("version", "1")]).await.status, 409, "not what was read");
        assert_eq!(signed(&chair).await, 303);
        assert!(!anyone(&house).open(&hedges).await.text.contains("existe déjà"), "not before the results");
        stepped(&head, "deliberation").await;

        let public = anyone(&house).open(CALL).await.text;
        assert!(public.contains("3 candidatures, 3 entendues, 1 lauréat") && public.contains("Guichet des mairies"), "{public}");
        assert!(public.contains("Aider les mairies") && !public.contains("Haies") && !public.contains("Aïssa"), "{public}");
        assert!(public.contains("Creuse"), "three of one department: {public}");
        assert!(anyone(&house).open(&hedges).await.text.contains("L’idée existe déjà ailleurs."));
        let won = anyone(&house).open(&mairies).await.text;
        assert!(won.contains("lauréat") && won.contains("Rencontrer trente mairies"), "{won}");
        let mail = letters(&house).await;
        for to in ["aissa@exemple.fr", "noe@exemple.fr", "lia@exemple.fr"] {
            assert_eq!(mail.iter().filter(|(who, subject, _)| who == to && subject.starts_with("Résultats")).count(), 1, "{to}");
        }
        let files = second.open(&own(&one)).await;
        assert_eq!(files.status, 404, "the jury has nothing more to read");

        // The log says who read and who marked, never which marks.
        let incubator = Incubator::open(&house.registry.house).await.expect("the incubator");
        let log = audit::latest(&incubator.database, &audit::Page { before: None, only: audit::everything(), limit: 500 }).await.expect("the log");
        assert!(log.iter().any(|row| row.action == "application.read") && log.iter().any(|row| row.action == "jury.marked"));
        assert!(log.iter().all(|row| !row.facts.contains("Aïssa") && !row.facts.contains("vu sur le terrain")), "nothing personal");
    }
}

on_both_stores! {
    async fn no_mark_slips_in_while_the_deliberation_opens(house: TestHouse) {
        announced(&house, "intrapreneur", &[]).await;
        applied(&house, "aissa@exemple.fr", "Guichet des mairies").await;
        let head = heard(&house, &["Guichet des mairies"]).await;
        let (chair, second) = (agent(&house, "call.jury", Some(JURY)).await, agent(&house, "call.jury", Some(JURY)).await);
        let one = file(&head, "Guichet des mairies").await;
        opened(&head, &chair).await;
        assert_eq!(marked(&chair, &one, ["5", "5", "5"]).await, 303);
        let own = format!("{CALL}/jury/{}", number(&one));
        assert_eq!(second.submit(&format!("{own}/declarer"), &[("conflict", "non")]).await.status, 303);
        let sheet = [("mark_0", "9"), ("mark_1", "9"), ("mark_2", "9")];
        let (answer, moved) = tokio::join!(second.submit(&own, &sheet), step(&head, "hearing"));
        assert_eq!(moved.status, 303, "{}", moved.text);
        let ranking = head.open(&format!("{CALL}/suivi/classement")).await.text;
        match answer.status {
            // Before: it counts.
            303 => assert!(ranking.contains("7,00"), "{ranking}"),
            // After: it is refused and does not.
            409 => assert!(ranking.contains("5,00"), "{ranking}"),
            other => panic!("{other}: {}", answer.text),
        }
        assert_eq!(second.submit(&own, &[("mark_0", "1"), ("mark_1", "1"), ("mark_2", "1")]).await.status, 409);
        assert_eq!(head.open(&format!("{CALL}/suivi/classement")).await.text, ranking, "nothing moves any more");
    }
}
