//! Stories of the five agreements this house was built from, and the laws that hold for any agreement.

mod accounts;
mod atelier;
mod copies;
mod domifa;
mod friches;
mod identity;
mod lotocar;
mod money;
mod properties;
mod reading;
mod registre;
mod scoring;

use incubator::{
    Report, check_until, file,
    model::{
        agreement::Agreement,
        duty::{Due, Duty},
        finding::{Finding, Level, Rule},
        library::ClauseLibrary,
    },
};
use jiff::civil::{Date, date};

fn library() -> ClauseLibrary {
    ClauseLibrary::shipped().expect("our own data")
}

fn read(text: &str) -> Agreement {
    file::read("agreement.yaml", text, &library()).unwrap_or_else(|error| panic!("{error}"))
}

fn report(text: &str, as_of: Date) -> Report {
    check_until(text, "agreement.yaml", &library(), as_of, date(2030, 1, 1))
        .unwrap_or_else(|error| panic!("{error}"))
}

/// The text with one passage changed, which must be there once.
fn with(text: &str, passage: &str, instead: &str) -> String {
    assert_eq!(text.matches(passage).count(), 1, "{passage}");
    text.replace(passage, instead)
}

fn of<'a>(report: &'a Report, clause: &str) -> Vec<&'a Duty> {
    report.duties.iter().filter(|duty| duty.clause == clause).collect()
}

fn days(duties: &[&Duty]) -> Vec<String> {
    duties
        .iter()
        .map(|duty| match duty.due {
            Due::On(day) => day.to_string(),
            Due::In(month) => month.to_string(),
            Due::NotDated => "-".into(),
        })
        .collect()
}

fn found(report: &Report, rule: Rule, level: Level) -> Vec<&Finding> {
    report.findings.iter().filter(|finding| finding.rule == rule && finding.level == level).collect()
}
