//! Calendar files, read back by a strict reader of RFC 5545's grammar.

use calendar::ics::{Alarm, EventStatus, IcsCalendar, IcsError, IcsEvent, When};
use jiff::{Timestamp, civil::Date};

use crate::day;

fn instant(text: &str) -> Timestamp {
    text.parse().expect("an instant of the tests")
}

fn all_day(uid: &str) -> IcsEvent {
    let when = When::AllDay { first: day("2027-03-01"), last: day("2027-03-01") };
    IcsEvent::new(uid, instant("2027-01-15T09:00:00Z"), when, "Échéance")
}

fn holding(events: Vec<IcsEvent>) -> IcsCalendar {
    IcsCalendar { product_id: "-//Pépinière//calendar//FR".into(), name: None, events }
}

/// Unfolds a calendar and gives its lines, checking what the grammar of section 3.1 asks of every line.
pub(crate) fn lines_of(text: &str) -> Vec<(String, String)> {
    assert!(text.ends_with("\r\n"), "the last line ends too");
    for line in text.split("\r\n") {
        assert!(line.len() <= 75, "{} octets in {line:?}", line.len());
        assert!(!line.contains(['\r', '\n']), "a bare line break in {line:?}");
        assert!(!line.chars().any(|c| c.is_control() && c != '\t'), "a control character in {line:?}");
    }
    let unfolded = text.replace("\r\n ", "");
    let lines: Vec<_> = unfolded
        .split_terminator("\r\n")
        .map(|line| {
            let (name, value) = line.split_once(':').expect("a name and a value");
            let token =
                |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
            assert!(name.split(';').all(|part| part.split('=').all(token)), "{name:?} is not a name");
            (name.to_owned(), value.to_owned())
        })
        .collect();
    let mut open = Vec::new();
    for (name, value) in &lines {
        match name.as_str() {
            "BEGIN" => open.push(value),
            "END" => assert_eq!(open.pop(), Some(value), "components are nested"),
            _ => assert!(!open.is_empty(), "a property outside a component"),
        }
    }
    assert!(open.is_empty());
    lines
}

/// Reads a TEXT value back.
pub(crate) fn unescaped(value: &str) -> String {
    let mut out = String::new();
    let mut characters = value.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some('n' | 'N') => out.push('\n'),
                Some(escaped @ ('\\' | ';' | ',')) => out.push(escaped),
                other => panic!("{other:?} cannot be escaped"),
            },
            ';' | ',' => panic!("a bare {character:?} in text"),
            other => out.push(other),
        }
    }
    out
}

fn values<'a>(lines: &'a [(String, String)], name: &str) -> Vec<&'a str> {
    lines.iter().filter(|(found, _)| found == name).map(|(_, value)| value.as_str()).collect()
}

#[test]
fn a_deadline_is_a_whole_day_with_an_excluded_end() {
    let text = holding(vec![all_day("deadline-1@pepiniere.example")]).render().expect("written");
    assert_eq!(
        text,
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Pépinière//calendar//FR\r\nCALSCALE:GREGORIAN\r\n\
         BEGIN:VEVENT\r\nUID:deadline-1@pepiniere.example\r\nDTSTAMP:20270115T090000Z\r\n\
         DTSTART;VALUE=DATE:20270301\r\nDTEND;VALUE=DATE:20270302\r\nTRANSP:TRANSPARENT\r\nSEQUENCE:0\r\n\
         STATUS:CONFIRMED\r\nSUMMARY:Échéance\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    );
}

#[test]
fn a_committee_has_hours_a_place_a_page_and_a_reminder() {
    let when = When::Timed {
        starts: instant("2027-03-01T09:30:00+01:00"),
        ends: instant("2027-03-01T11:00:00+01:00"),
    };
    let event = IcsEvent {
        sequence: 3,
        status: EventStatus::Tentative,
        description: Some("Ordre du jour :\n1. Bilan ; suites, 2027\\2028".into()),
        location: Some("20, avenue de Ségur, Paris".into()),
        url: Some("https://pepiniere.example/comites/7?x=1,2;3".into()),
        alarms: vec![Alarm { minutes_before: 30, description: "Comité".into() }],
        ..IcsEvent::new("committee-7@pepiniere.example", instant("2027-01-15T09:00:00.75Z"), when, "Comité")
    };
    let calendar = IcsCalendar { name: Some("Comités, 2027".into()), ..holding(vec![event]) };
    let lines = lines_of(&calendar.render().expect("written"));
    assert_eq!(values(&lines, "DTSTAMP"), ["20270115T090000Z"]);
    assert_eq!(values(&lines, "DTSTART"), ["20270301T083000Z"]);
    assert_eq!(values(&lines, "DTEND"), ["20270301T100000Z"]);
    assert_eq!(values(&lines, "TRANSP"), ["OPAQUE"]);
    assert_eq!(values(&lines, "SEQUENCE"), ["3"]);
    assert_eq!(values(&lines, "STATUS"), ["TENTATIVE"]);
    assert_eq!(values(&lines, "LOCATION"), [r"20\, avenue de Ségur\, Paris"]);
    assert_eq!(
        values(&lines, "DESCRIPTION"),
        [r"Ordre du jour :\n1. Bilan \; suites\, 2027\\2028", "Comité"]
    );
    assert_eq!(
        values(&lines, "URL"),
        ["https://pepiniere.example/comites/7?x=1,2;3"],
        "a URI is not escaped"
    );
    assert_eq!(values(&lines, "TRIGGER"), ["-PT30M"]);
    assert_eq!(values(&lines, "ACTION"), ["DISPLAY"]);
    assert_eq!(values(&lines, "BEGIN"), ["VCALENDAR", "VEVENT", "VALARM"]);
    assert_eq!(values(&lines, "NAME"), [r"Comités\, 2027"]);
    assert_eq!(values(&lines, "X-WR-CALNAME"), [r"Comités\, 2027"]);
}

#[test]
fn the_same_calendar_gives_the_same_text() {
    let calendar = holding(vec![all_day("a@x"), all_day("b@x")]);
    assert_eq!(calendar.render(), calendar.render());
}

#[test]
fn nothing_can_be_smuggled_through_a_value() {
    let hostile = "x\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:evil";
    let mut event = IcsEvent { description: Some(hostile.into()), ..all_day("a@x") };
    event.summary = hostile.into();
    event.location = Some(hostile.into());
    event.alarms = vec![Alarm { minutes_before: 1, description: hostile.into() }];
    let lines = lines_of(&holding(vec![event.clone()]).render().expect("written"));
    assert_eq!(values(&lines, "UID"), ["a@x"]);
    for url in [hostile, "https://a b", "/relative", "https://é.example", ":x", "1a:x", "mailto:"] {
        event.url = Some(url.into());
        let refused = IcsError::Url { uid: "a@x".into(), url: url.into() };
        assert_eq!(holding(vec![event.clone()]).render(), Err(refused));
    }
    let uid = "a\r\nX:y".to_owned();
    assert_eq!(holding(vec![all_day(&uid)]).render(), Err(IcsError::Uid { uid }));
    let product_id = "a\nb".to_owned();
    let calendar = IcsCalendar { product_id: product_id.clone(), ..holding(vec![all_day("a@x")]) };
    assert_eq!(calendar.render(), Err(IcsError::ProductId { product_id }));
}

#[test]
fn what_the_rfc_forbids_is_refused() {
    assert_eq!(holding(vec![]).render(), Err(IcsError::NoEvent));
    assert_eq!(holding(vec![all_day("")]).render(), Err(IcsError::Uid { uid: String::new() }));
    assert!(holding(vec![all_day(&"a".repeat(254))]).render().is_ok());
    assert!(holding(vec![all_day(&"a".repeat(255))]).render().is_err());
    let twice = holding(vec![all_day("a@x"), all_day("a@x")]);
    assert_eq!(twice.render(), Err(IcsError::DuplicateUid { uid: "a@x".into() }));
    let reversed = Err(IcsError::EndBeforeStart { uid: "a@x".into() });
    let noon = instant("2027-03-01T12:00:00Z");
    for when in [
        When::AllDay { first: day("2027-03-02"), last: day("2027-03-01") },
        When::Timed { starts: noon, ends: noon },
        When::Timed { starts: noon, ends: instant("2027-03-01T12:00:00.9Z") },
    ] {
        assert_eq!(holding(vec![IcsEvent { when, ..all_day("a@x") }]).render(), reversed);
    }
    for date in [Date::MAX, Date::MIN] {
        let when = When::AllDay { first: date, last: date };
        let refused = Err(IcsError::Year { uid: "a@x".into(), year: date.year() });
        assert_eq!(holding(vec![IcsEvent { when, ..all_day("a@x") }]).render(), refused);
    }
}
