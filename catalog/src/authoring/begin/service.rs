//! The services that a new procedure may ask.

/// What holds the telemetry of a new procedure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    /// Taegis, by its magic.
    Taegis,
    /// Sentinel, by msticpy.
    Sentinel,
    /// Defender's advanced hunting, by msticpy.
    Defender,
    /// Splunk, by its SDK.
    Splunk,
    /// Elastic's piped language, by its client.
    Elastic,
    /// A database, by SQL.
    Sql,
    /// None yet, or one that is not known here.
    None,
}

impl Service {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Taegis, Self::Sentinel, Self::Defender, Self::Splunk, Self::Elastic, Self::Sql, Self::None];

    /// The word in forms and on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Taegis => "taegis",
            Self::Sentinel => "sentinel",
            Self::Defender => "defender",
            Self::Splunk => "splunk",
            Self::Elastic => "elastic",
            Self::Sql => "sql",
            Self::None => "none",
        }
    }

    /// Its name, for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Taegis => "Taegis (CQL)",
            Self::Sentinel => "Microsoft Sentinel (KQL)",
            Self::Defender => "Microsoft Defender (KQL)",
            Self::Splunk => "Splunk (SPL)",
            Self::Elastic => "Elastic (ES|QL)",
            Self::Sql => "a database (SQL)",
            Self::None => "none yet, or another",
        }
    }

    /// The one of a word, in any case.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|service| service.word().eq_ignore_ascii_case(word.trim()))
    }

    /// What stands behind `service:` in the front matter.
    pub(super) fn in_metadata(self) -> Option<&'static str> {
        match self {
            Self::Sql => Some("other"),
            Self::None => None,
            known => Some(known.word()),
        }
    }
}
