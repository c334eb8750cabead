//! Every cell of the rights table, through the door each action uses.

use incubator::rights::RIGHTS;
use socle::rights::Grant;
use testkit::on_both_stores;

on_both_stores! {
    async fn every_cell_is_enforced(house: TestHouse) {
        for (column, role) in RIGHTS.roles.iter().enumerate() {
            let agent = house.agent_in("incubator", role.name, None).await;
            for line in RIGHTS.lines {
                let status = match line.action {
                    "switches.manage" => agent.open("/interrupteurs/incubator").await.status,
                    "audit.read" => agent.open("/comptes/incubator").await.status,
                    other => panic!("{other} has no trial"),
                };
                let expected = if line.grants[column] == Grant::No { 403 } else { 200 };
                assert_eq!(status, expected, "{} by {}", line.action, role.name);
            }
            assert_eq!(agent.open("/comptes/registry").await.status, 403, "another service's log");
        }
    }
}
