//! Once a year each role is said to be needed still; accounts that nobody uses are closed; anyone may leave.

use jiff::SignedDuration;
use socle::outbox::{self, Message};
use testkit::on_both_stores;

const A_YEAR_AND_A_DAY: SignedDuration = SignedDuration::from_hours(366 * 24);

on_both_stores! {
    async fn an_administrator_reviews_who_has_access(house: TestHouse) {
        let (own, other) = (house.operator("Covoit’Vallée").await, house.operator("Trajets Partagés").await);
        house.agent("operator.admin", Some(own.id)).await;
        let colleague = house.agent("operator.user", Some(own.id)).await;
        house.wait(A_YEAR_AND_A_DAY);
        let admin = house.agent("operator.admin", Some(own.id)).await;
        let stranger = house.agent("operator.admin", Some(other.id)).await;
        assert!(admin.open("/registre/personnes").await.text.contains("2 rôles n’ont pas été confirmés"));
        let page = admin.open("/registre/personnes/revue").await.text;
        assert!(page.contains(&colleague.email), "{page}");
        assert!(!page.contains(&admin.email), "given today");
        assert!(stranger.open("/registre/personnes/revue").await.text.contains("La revue est faite"));

        let (_, rest) = page.split_once("action=\"/registre/personnes/").expect("a role to keep");
        let id = rest.split_once('/').expect("its number").0.to_owned();
        let keep = format!("/registre/personnes/{id}/garder");
        assert_eq!(stranger.submit(&keep, &[]).await.status, 404, "another operator’s role");
        assert_eq!(admin.submit(&keep, &[]).await.status, 303);
        let page = admin.open("/registre/personnes/revue").await.text;
        assert_eq!(page.matches("Oui, garder").count(), 1, "one is left: {page}");
        let (_, rest) = page.split_once("action=\"/registre/personnes/").expect("a role to take");
        let other_role = rest.split_once('/').expect("its number").0.to_owned();
        assert_eq!(admin.submit(&format!("/registre/personnes/{other_role}/retirer"), &[]).await.status, 303);
        let page = admin.open("/registre/personnes/revue").await.text;
        assert!(page.contains("La revue est faite"), "{page}");
        assert!(page.contains("25\u{a0}novembre") || page.contains("26\u{a0}novembre"), "the next one is told: {page}");
    }
}

on_both_stores! {
    async fn unused_accounts_are_told_then_closed(house: TestHouse) {
        let operator = house.operator("Covoit’Vallée").await;
        let alone = house.agent("operator.admin", Some(operator.id)).await;
        let (gone, back) = (house.agent("operator.user", Some(operator.id)).await, house.agent("operator.user", Some(operator.id)).await);
        let people = &house.registry.house.people;
        assert_eq!(people.close_dormant("https://exemple.fr").await.expect("a run").told, 0, "they came today");
        house.wait(A_YEAR_AND_A_DAY);
        assert_eq!(people.close_dormant("https://exemple.fr").await.expect("a run").told, 3);
        assert_eq!(people.close_dormant("https://exemple.fr").await.expect("a run").told, 0, "told once");
        let letters = outbox::latest(people.database(), people.keyring(), 10).await.expect("letters");
        let told = |email: &str| letters.iter().any(|(_, letter)| matches!(letter, Message::Mail { to, subject, .. } if to == email && subject.contains("fermé")));
        assert!(told(&gone.email) && told(&back.email) && told(&alone.email));

        // One of them signs in again.
        let agent = people.agent_by_email(&socle::people::Email::parse(&back.email).expect("an address")).await.expect("a store").expect("an agent");
        people.open_session(agent.id, &socle::people::Method::EmailLink.into(), None).await.expect("a session");
        house.wait(SignedDuration::from_hours(8 * 24));
        let closed = people.close_dormant("https://exemple.fr").await.expect("a run");
        assert_eq!((closed.told, closed.taken), (0, 1), "the last administrator stays");
        let left: Vec<String> = people.members_of("registry", Some(&registry::store::tenant(operator.id))).await.expect("a store").into_iter().map(|member| member.role).collect();
        assert_eq!(left, ["operator.admin", "operator.user"]);

        // Invited again, one is not taken for unused before a year; without a role for a year, one is forgotten.
        let admin = house.agent("operator.admin", Some(operator.id)).await;
        let form = [("name", "Camille Gone"), ("email", gone.email.as_str()), ("role", "operator.user")];
        assert_eq!(admin.submit("/registre/personnes", &form).await.status, 303);
        let page = admin.open("/registre/personnes").await.text;
        assert!(page.contains("pas encore") && !page.contains("Camille Gone"), "an invitation tells nothing: {page}");
        house.wait(SignedDuration::from_hours(10 * 24));
        let closed = people.close_dormant("https://exemple.fr").await.expect("a run");
        assert_eq!(closed.taken, 1, "the first administrator is not the last any more");
        let address = socle::people::Email::parse(&gone.email).expect("an address");
        let gone = people.agent_by_email(&address).await.expect("a store").expect("an account");
        assert_eq!(people.roles_of(gone.id).await.expect("a store").len(), 1, "wanted here again");
        assert_eq!(people.forget_without_role().await.expect("a run"), 0);
        let log = house.agent("registry.admin", None).await.open("/comptes/registry").await.text;
        assert!(log.contains("Rôle retiré") && log.contains("inutilisé depuis un an"), "{log}");
    }
}

on_both_stores! {
    async fn an_account_without_a_role_for_a_year_is_emptied(house: TestHouse) {
        let operator = house.operator("Covoit’Vallée").await;
        house.agent("operator.admin", Some(operator.id)).await;
        let user = house.agent("operator.user", Some(operator.id)).await;
        assert_eq!(user.submit("/registre/personnes/quitter", &[]).await.status, 303);
        let people = &house.registry.house.people;
        let email = socle::people::Email::parse(&user.email).expect("an address");
        let number = people.agent_by_email(&email).await.expect("a store").expect("an account").id;
        house.wait(SignedDuration::from_hours(300 * 24));
        assert_eq!(people.forget_without_role().await.expect("a run"), 0, "not a year yet");
        house.wait(SignedDuration::from_hours(70 * 24));
        assert_eq!(people.forget_without_role().await.expect("a run"), 1);
        assert_eq!(people.forget_without_role().await.expect("a run"), 0, "once");
        assert!(people.agent_by_email(&email).await.expect("a store").is_none());
        let emptied = people.agent(number).await.expect("a store").expect("its number stays in the log");
        assert_eq!(emptied.name, "Compte effacé");
        let log = house.agent("registry.admin", None).await.open("/comptes/registry").await.text;
        assert!(log.contains("sans rôle depuis un an") && !log.contains(&user.email), "{log}");
    }
}

on_both_stores! {
    async fn anyone_leaves_but_the_last_administrator(house: TestHouse) {
        let territory = crate::territories::territory(&house, "Grand Figeac").await;
        let tenant = registry::store::territory_tenant(territory);
        let admin = house.agent_of("territory.admin", Some(tenant.clone())).await;
        let user = house.agent_of("territory.user", Some(tenant.clone())).await;
        assert!(user.open("/registre/personnes/quitter").await.text.contains("Quitter «"));
        assert_eq!(user.submit("/registre/personnes/quitter", &[]).await.status, 303);
        let page = format!("/registre/territoires/{territory}");
        assert_ne!(user.open(&page).await.status, 200, "nothing is shown any more");
        assert!(admin.open("/registre/personnes/quitter").await.text.contains("dernière personne à administrer"));
        assert_eq!(admin.submit("/registre/personnes/quitter", &[]).await.status, 409);
        house.agent_of("territory.admin", Some(tenant)).await;
        assert_eq!(admin.submit("/registre/personnes/quitter", &[]).await.status, 303, "somebody else administers");
    }
}

on_both_stores! {
    async fn of_two_last_administrators_who_leave_at_once_one_stays(house: TestHouse) {
        let operator = house.operator("Covoit’Vallée").await;
        let one = house.agent("operator.admin", Some(operator.id)).await;
        let other = house.agent("operator.admin", Some(operator.id)).await;
        let leave = "/registre/personnes/quitter";
        let (first, second) = futures::join!(one.submit(leave, &[]), other.submit(leave, &[]));
        let mut statuses = [first.status, second.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 409]);
        let tenant = registry::store::tenant(operator.id);
        let left = house.registry.house.people.members_of("registry", Some(&tenant)).await.expect("a store");
        assert_eq!(left.len(), 1);
    }
}

on_both_stores! {
    async fn a_mailbox_is_not_flooded_with_invitations(house: TestHouse) {
        let mut answers = Vec::new();
        for rank in 0..7 {
            let operator = house.operator(&format!("Opérateur {rank}")).await;
            let admin = house.agent("operator.admin", Some(operator.id)).await;
            let form = [("name", "Dominique"), ("email", "cible@exemple.fr"), ("role", "operator.user")];
            answers.push(admin.submit("/registre/personnes", &form).await.status);
            let carrying = [("name", "Gagnez sur cadeaux.exemple.fr"), ("email", "x@exemple.fr"), ("role", "operator.user")];
            assert_eq!(admin.submit("/registre/personnes", &carrying).await.status, 422, "a name carries no address");
        }
        assert_eq!(answers, [303, 303, 303, 303, 303, 429, 429]);
    }
}
