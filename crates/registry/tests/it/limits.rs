use jiff::SignedDuration;
use socle::config::Config;
use testkit::{StoreKind, TestHouse};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn beyond_its_rate_an_operator_waits() {
    let config = Config { demonstration: true, ..Config::default() };
    let house = TestHouse::start_with(StoreKind::Sqlite, config).await.expect("a house");
    let operator = house.operator("Covoit’Vallée").await;
    for _ in 0..4 {
        assert_eq!(operator.ask_token().await.status, 201);
    }
    let refused = operator.ask_token().await;
    assert_eq!(refused.status, 429, "five tokens a minute for one key");
    assert_eq!(refused.json()["error"]["message"], "Too many requests");

    let first = operator.read("unknown").await;
    assert_eq!(first.header("ratelimit-limit"), Some("2000"));
    assert_eq!(first.header("ratelimit-remaining"), Some("1999"));
    assert_eq!(first.header("ratelimit-reset"), Some("60"));
    let other = house.operator("Trajets Partagés").await;
    for _ in 0..1_999 {
        operator.read("unknown").await;
    }
    let refused = operator.read("unknown").await;
    assert_eq!(refused.status, 429);
    assert_eq!(refused.header("ratelimit-remaining"), Some("0"));
    assert_eq!(other.read("unknown").await.status, 404, "each operator has its own");
    house.wait(SignedDuration::from_secs(60));
    assert_eq!(operator.read("unknown").await.status, 404, "a minute later it may ask again");
}
