//! What a check says, as a value and as text.

use std::fmt::Write;

use jiff::civil::Date;
use serde::Serialize;

use crate::model::{
    checks::Ceiling,
    credit_plan::CreditPlanLine,
    duty::{Due, Duty, DutyStatus, Recurrence},
    finding::{Finding, Level},
    money::Cents,
    standing::Explained,
};

/// Where an agreement stands on a day. Bank details are not part of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    pub reference: String,
    pub title: String,
    /// Duties are listed up to that day.
    pub horizon: Date,
    pub standing: Explained,
    pub duties: Vec<Duty>,
    pub ceiling: Ceiling,
    /// ΣE, in cents.
    pub committed: Cents,
    pub plan: Vec<CreditPlanLine>,
    pub findings: Vec<Finding>,
}

impl Report {
    /// Does something forbid to go on?
    pub fn is_blocked(&self) -> bool {
        self.findings.iter().any(|finding| finding.level == Level::Block)
    }

    /// The report for a terminal, in English.
    pub fn render_text(&self) -> String {
        let mut text = String::new();
        // Writing to a text never fails.
        let _ = self.write_text(&mut text);
        text
    }

    fn write_text(&self, out: &mut String) -> std::fmt::Result {
        writeln!(out, "{} ({})", self.title, self.reference)?;
        writeln!(out, "On {}: {}", self.standing.as_of, self.standing.name())?;
        for reason in &self.standing.reasons {
            writeln!(out, "  - {}", reason.text)?;
        }
        self.write_credits(out)?;
        self.write_findings(out)?;
        self.write_duties(out)
    }

    fn write_credits(&self, out: &mut String) -> std::fmt::Result {
        writeln!(out, "\nCredits")?;
        match self.ceiling {
            Ceiling::None => writeln!(out, "  no ceiling in figures")?,
            Ceiling::Plan { amount, partial } => {
                let note = if partial { ", a cell is blank: the least granted" } else { "" };
                writeln!(out, "  ceiling {amount} (AE of the plan{note})")?;
            }
            Ceiling::OpeningBalance { amount } => {
                writeln!(out, "  ceiling {amount} (carried from the agreement before)")?;
            }
            Ceiling::Contributions { amount } => writeln!(out, "  ceiling {amount} (contributions)")?,
        }
        writeln!(out, "  committed {}", self.committed)?;
        if let Some(ceiling) = self.ceiling.amount() {
            writeln!(out, "  left {}", ceiling - self.committed)?;
        }
        if !self.plan.is_empty() {
            writeln!(out, "  {:<6}{:>18}{:>18}  nature", "year", "AE", "CP")?;
            let cell = |amount: Option<Cents>| amount.map_or("n.c.".into(), |amount| amount.to_string());
            for line in &self.plan {
                let (ae, cp) = (cell(line.ae.map(|ae| ae.0)), cell(line.cp.map(|cp| cp.0)));
                writeln!(out, "  {:<6}{ae:>18}{cp:>18}  {}", line.year, line.nature)?;
            }
        }
        Ok(())
    }

    fn write_findings(&self, out: &mut String) -> std::fmt::Result {
        writeln!(out, "\nFindings")?;
        if self.findings.is_empty() {
            writeln!(out, "  none")?;
        }
        for finding in &self.findings {
            writeln!(
                out,
                "  {:<8}{:<10} {}",
                finding.level.to_string(),
                finding.rule.to_string(),
                finding.text
            )?;
        }
        Ok(())
    }

    fn write_duties(&self, out: &mut String) -> std::fmt::Result {
        let groups: [(&str, Belongs); 5] = [
            ("Late", |duty| duty.status == DutyStatus::Late),
            ("To do", to_do),
            ("To answer", |duty| matches!(duty.status, DutyStatus::Unknown { .. })),
            ("When it happens, and all along", |duty| {
                matches!(duty.status, DutyStatus::Waiting | DutyStatus::Continuous)
            }),
            ("Closed", |duty| {
                matches!(
                    duty.status,
                    DutyStatus::Done { .. }
                        | DutyStatus::DoneLate { .. }
                        | DutyStatus::Waived { .. }
                        | DutyStatus::NotApplicable { .. }
                )
            }),
        ];
        for (title, belongs) in groups {
            let duties: Vec<&Duty> = self.duties.iter().filter(|duty| belongs(duty)).collect();
            if duties.is_empty() {
                continue;
            }
            writeln!(out, "\n{title}")?;
            for duty in duties {
                write_duty(out, duty)?;
            }
        }
        Ok(())
    }
}

/// Does a duty go under that heading?
type Belongs = fn(&Duty) -> bool;

fn to_do(duty: &Duty) -> bool {
    matches!(
        duty.status,
        DutyStatus::Due | DutyStatus::DueSoon | DutyStatus::NotYetDue | DutyStatus::TargetPassed
    )
}

fn write_duty(out: &mut String, duty: &Duty) -> std::fmt::Result {
    let when = match (duty.due, duty.internal_target) {
        (Due::On(day), _) => day.to_string(),
        (Due::In(month), _) => month.to_string(),
        (Due::NotDated, Some(target)) => format!("({target})"),
        (Due::NotDated, None) => "-".into(),
    };
    let product = duty.product.as_ref().map_or(String::new(), |product| format!(" [{product}]"));
    let debtors = duty.debtors.join(", ");
    // The recipients of copies have a line each.
    let to = if duty.creditors.is_empty() || !duty.recipients.is_empty() {
        String::new()
    } else {
        format!(" → {}", duty.creditors.join(", "))
    };
    writeln!(out, "  {when:<13}{}{product}: {debtors}{to}", duty.title)?;
    let mut notes = vec![duty.status.en()];
    if duty.due == Due::NotDated && duty.internal_target.is_some() {
        notes.push("the agreement gives no day".into());
    }
    notes.extend(duty.recurrence.map(Recurrence::en));
    notes.extend(duty.evidence.iter().cloned());
    writeln!(out, "  {:<13}  {}", "", notes.join("; "))?;
    for citation in &duty.citations {
        writeln!(out, "  {:<13}  art. {}: {}", "", citation.article, citation.quote)?;
    }
    for recipient in &duty.recipients {
        let sent = recipient.sent_on.map_or("not sent".into(), |day| format!("sent on {day}"));
        writeln!(out, "  {:<13}  to {}: {sent}", "", recipient.name)?;
    }
    Ok(())
}
