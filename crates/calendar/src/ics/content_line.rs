//! The lines of a calendar: name, colon, value, folded at 75 octets.

/// The most octets in a line, the line break left out (RFC 5545, section 3.1).
const MAX_OCTETS: usize = 75;

/// Writes one content line whose value is already in its written form, folded, ended by CRLF.
///
/// A line is cut between characters, never inside one: a fold in the middle of a UTF-8 sequence is allowed by the RFC
/// and broken by readers.
pub(super) fn push_line(out: &mut String, name: &str, value: &str) {
    let mut octets = 0;
    for character in name.chars().chain([':']).chain(value.chars()) {
        if octets + character.len_utf8() > MAX_OCTETS {
            out.push_str("\r\n ");
            octets = 1;
        }
        out.push(character);
        octets += character.len_utf8();
    }
    out.push_str("\r\n");
}

/// Writes one content line whose value is text, escaped.
pub(super) fn push_text(out: &mut String, name: &str, value: &str) {
    push_line(out, name, &escaped(value));
}

/// A TEXT value (RFC 5545, section 3.3.11): backslash, semicolon, comma and line breaks are escaped; the other control
/// characters, tab excepted, are not allowed there and are left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' | ';' | ',' => {
                out.push('\\');
                out.push(character);
            }
            '\n' => out.push_str("\\n"),
            '\r' => {
                characters.next_if_eq(&'\n');
                out.push_str("\\n");
            }
            '\t' => out.push('\t'),
            control if control.is_control() => {}
            ordinary => out.push(ordinary),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_as_the_rfc_says() {
        // The example of section 3.3.11.
        let project = "Project XYZ Final Review\nConference Room - 3B\nCome Prepared.";
        assert_eq!(escaped(project), r"Project XYZ Final Review\nConference Room - 3B\nCome Prepared.");
        assert_eq!(escaped(r"a\b; c, d: e"), r"a\\b\; c\, d: e");
        assert_eq!(escaped("dos\r\nmac\runix\n"), r"dos\nmac\nunix\n");
    }

    #[test]
    fn control_characters_are_left_out_of_text_but_tab_stays() {
        assert_eq!(escaped("a\u{0}b\u{7}c\u{7f}d\u{85}e\tf"), "abcde\tf");
    }

    #[test]
    fn a_line_of_75_octets_is_not_folded_and_one_of_76_is() {
        let mut short = String::new();
        push_line(&mut short, "X", &"a".repeat(73));
        assert_eq!(short, format!("X:{}\r\n", "a".repeat(73)));
        let mut long = String::new();
        push_line(&mut long, "X", &"a".repeat(74));
        assert_eq!(long, format!("X:{}\r\n a\r\n", "a".repeat(73)));
    }

    #[test]
    fn a_fold_never_cuts_a_character() {
        let mut out = String::new();
        push_line(&mut out, "SUMMARY", &"é👍".repeat(40));
        for line in out.split_terminator("\r\n") {
            assert!(line.len() <= MAX_OCTETS, "{} octets", line.len());
        }
        assert_eq!(out.replace("\r\n ", ""), format!("SUMMARY:{}\r\n", "é👍".repeat(40)));
    }
}
