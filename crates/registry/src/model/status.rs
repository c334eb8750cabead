use std::str::FromStr;

/// How far a journey got (spec §2.9). Transitions are the methods: no status is assigned elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acquisition {
    Received,
    /// Corrected since it was last treated.
    Updated,
    /// Placed: both ends are known.
    Processed,
    /// An end lies nowhere.
    Failed,
    Canceled,
    /// No longer produced, kept for what was imported.
    Expired,
    TermsViolation,
}

/// The result of a family of checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    Pending,
    Passed,
    Failed,
}

/// What operators are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PublicStatus {
    Ok,
    Pending,
    Canceled,
    TermsViolationError,
    AcquisitionError,
    FraudError,
    AnomalyError,
    /// Declared by the contract, never produced.
    ValidationError,
    /// Declared by the contract, never produced.
    NormalizationError,
    Unknown,
}

/// A text that names no status.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{seen:?} is not a status; expected one of {expected}")]
pub struct UnknownStatus {
    pub seen: String,
    pub expected: &'static str,
}

macro_rules! named {
    ($type:ident, $expected:literal, $($variant:ident = $name:literal),+ $(,)?) => {
        impl $type {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }

        impl FromStr for $type {
            type Err = UnknownStatus;

            fn from_str(text: &str) -> Result<Self, UnknownStatus> {
                match text {
                    $($name => Ok(Self::$variant),)+
                    seen => Err(UnknownStatus { seen: seen.to_owned(), expected: $expected }),
                }
            }
        }
    };
}

named!(
    Acquisition,
    "received, updated, processed, failed, canceled, expired, terms_violation_error",
    Received = "received",
    Updated = "updated",
    Processed = "processed",
    Failed = "failed",
    Canceled = "canceled",
    Expired = "expired",
    TermsViolation = "terms_violation_error",
);
named!(Check, "pending, passed, failed", Pending = "pending", Passed = "passed", Failed = "failed");
named!(
    PublicStatus,
    "ok, pending, canceled, terms_violation_error, acquisition_error, fraud_error, anomaly_error, validation_error, normalization_error, unknown",
    Ok = "ok",
    Pending = "pending",
    Canceled = "canceled",
    TermsViolationError = "terms_violation_error",
    AcquisitionError = "acquisition_error",
    FraudError = "fraud_error",
    AnomalyError = "anomaly_error",
    ValidationError = "validation_error",
    NormalizationError = "normalization_error",
    Unknown = "unknown",
);

/// What operators are told of a journey: the first line of the table of §2.9 that applies.
pub fn public_status(acquisition: Acquisition, fraud: Option<Check>, anomaly: Option<Check>) -> PublicStatus {
    use Acquisition as A;
    match (acquisition, fraud, anomaly) {
        (A::Canceled, _, _) => PublicStatus::Canceled,
        (A::Expired | A::TermsViolation, _, _) => PublicStatus::TermsViolationError,
        (A::Failed, _, _) => PublicStatus::AcquisitionError,
        (A::Processed, Some(Check::Passed), Some(Check::Passed)) => PublicStatus::Ok,
        (_, Some(Check::Failed), _) => PublicStatus::FraudError,
        (_, _, Some(Check::Failed)) => PublicStatus::AnomalyError,
        _ => PublicStatus::Pending,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vectors of spec §2.9.
    #[test]
    fn the_published_table_of_statuses_holds() {
        use {Acquisition as A, Check as C, PublicStatus as P};
        for (acquisition, fraud, anomaly, expected) in [
            (A::Received, Some(C::Pending), None, P::Pending),
            (A::Updated, Some(C::Pending), None, P::Pending),
            (A::Processed, Some(C::Pending), None, P::Pending),
            (A::Failed, None, None, P::AcquisitionError),
            (A::Canceled, Some(C::Pending), None, P::Canceled),
            (A::Expired, Some(C::Pending), None, P::TermsViolationError),
            (A::Processed, Some(C::Passed), Some(C::Passed), P::Ok),
            (A::Updated, Some(C::Passed), None, P::Pending),
            (A::Processed, None, Some(C::Failed), P::AnomalyError),
            (A::Processed, Some(C::Failed), None, P::FraudError),
        ] {
            assert_eq!(
                public_status(acquisition, fraud, anomaly),
                expected,
                "{acquisition:?} {fraud:?} {anomaly:?}"
            );
        }
    }

    #[test]
    fn names_are_read_back() {
        for status in PublicStatus::ALL {
            assert_eq!(status.as_str().parse(), Ok(*status));
        }
        assert!("OK".parse::<PublicStatus>().is_err());
    }
}
