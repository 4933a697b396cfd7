//! What several pages show: plain values, named in the field's words.
//!
//! Text is given as it is; the pages escape it. Only fields named `html` hold markup, and say who answers for it.

/// A moment, absolute and relative. The relative form is as old as the page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct When {
    /// RFC 3339 in UTC, for machines.
    pub iso: String,
    /// `2026-11-24 04:17 UTC`.
    pub shown: String,
    /// `3 hours ago`.
    pub ago: String,
}

impl When {
    /// The moment `at`, seen from `now`, both in seconds since 1970 UTC.
    pub fn new(at: i64, now: i64) -> Self {
        // Years past 9999 come from forged commits only; the last representable second says as much.
        let at = at.clamp(-62_135_596_800, 253_402_300_799);
        let (year, month, day) = civil(at.div_euclid(86_400));
        let second = at.rem_euclid(86_400);
        let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
        Self {
            iso: format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"),
            shown: format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02} UTC"),
            ago: distance(now.saturating_sub(at)),
        }
    }
}

/// Year, month and day of a day counted from 1970-01-01, by the proleptic Gregorian calendar.
///
/// Eras of 400 years that begin on the first of March, so that the leap day is the last of its year.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

/// A stretch of seconds in words.
fn distance(seconds: i64) -> String {
    let (size, ahead) = (seconds.unsigned_abs(), seconds < 0);
    let (count, unit) = match size {
        0..45 => return "just now".to_owned(),
        45..3_570 => ((size + 30) / 60, "minute"),
        3_570..129_600 => ((size + 1_800) / 3_600, "hour"),
        129_600..3_888_000 => ((size + 43_200) / 86_400, "day"),
        3_888_000..47_304_000 => ((size + 1_296_000) / 2_592_000, "month"),
        _ => ((size + 15_768_000) / 31_536_000, "year"),
    };
    let plural = if count == 1 { "" } else { "s" };
    if ahead { format!("in {count} {unit}{plural}") } else { format!("{count} {unit}{plural} ago") }
}

/// How old what is shown of a repository is, where its last sync failed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stale {
    /// When the last sync ended that worked; none where that is not known.
    pub synced: Option<When>,
    /// When the last one failed.
    pub failed: When,
}

/// A defect of a revision.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Defect {
    /// Our id.
    pub id: String,
    /// `low`, `medium` or `high`.
    pub severity: &'static str,
    /// What is wrong.
    pub reason: String,
    /// The first defective revision.
    pub from: Commit,
    /// The revision that mended it.
    pub mended: Option<Commit>,
    /// Who marked it.
    pub by: String,
    /// When.
    pub at: When,
    /// Whether it was taken back.
    pub withdrawn: bool,
}

/// What hunters know of a procedure, of a tenant, or of both.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldNote {
    /// Our id.
    pub id: String,
    /// The procedure that it is about, where that is to be said.
    pub procedure: Option<String>,
    /// The tenant that it is about, its id and its name, where that is to be said.
    pub tenant: Option<(String, String)>,
    /// What there is to know.
    pub note: String,
    /// Who wrote it.
    pub by: String,
    /// When.
    pub at: When,
    /// Until when it holds.
    pub expires: Option<When>,
}

/// How a file stands in its repository.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Standing {
    /// Its newest revision can be read and carries its metadata.
    #[default]
    Good,
    /// Its newest revision cannot be used; the last good one is served.
    Broken,
    /// A MyST notebook without `hunting`.
    Uncatalogued,
    /// Its id is taken by an older file.
    Duplicate,
}

impl Standing {
    /// The word for it, as in URLs and in the API.
    pub fn word(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Broken => "broken",
            Self::Uncatalogued => "uncatalogued",
            Self::Duplicate => "duplicate",
        }
    }
}

/// What an ATT&CK release says of a technique.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TechniqueStatus {
    /// In use.
    #[default]
    Active,
    /// No longer maintained, and not replaced.
    Deprecated,
    /// Replaced by another.
    Revoked,
    /// Of another domain than the release's.
    Foreign,
    /// Of no release that is known.
    Unknown,
}

/// An ATT&CK technique that a procedure is mapped to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Technique {
    /// `T1003.001`.
    pub id: String,
    /// Its name; empty when the release does not know it.
    pub name: String,
    /// What the release says of it.
    pub status: TechniqueStatus,
    /// What replaced a revoked one.
    pub replaced_by: Option<String>,
}

/// Where a procedure's tactic comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TacticOrigin {
    /// Written by the author.
    #[default]
    Author,
    /// The only tactic of a technique.
    Technique,
    /// One of several tactics of a technique, none of which was named.
    Possible,
}

/// An ATT&CK tactic of a procedure.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tactic {
    /// `TA0006`.
    pub id: String,
    /// `Credential Access`.
    pub name: String,
    /// Where it comes from.
    pub from: TacticOrigin,
}

/// A commit, and where its forge shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Commit {
    /// The full id.
    pub id: String,
    /// The commit at the forge.
    pub forge: Option<String>,
}

impl Commit {
    /// The first eight characters of its id.
    pub fn short(&self) -> &str {
        self.id.get(..8).unwrap_or(&self.id)
    }
}

/// What a revision changed in meaning.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// One of the change kinds of the API (`technique-added`, `metadata-lost`, …).
    pub kind: String,
    /// The change as a sentence.
    pub text: String,
}

/// How bad a [`Diagnostic`] is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Severity {
    /// Worth knowing.
    #[default]
    Info,
    /// Probably not what the author meant.
    Warning,
    /// Wrong.
    Error,
}

/// One finding about one file: what, where, and what to do next.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diagnostic {
    /// The rule's code.
    pub code: String,
    /// How bad it is.
    pub severity: Severity,
    /// Whether it keeps the file from being good.
    pub blocking: bool,
    /// The cell it is about, counted from 0.
    pub cell: Option<usize>,
    /// Line in the file, counted from 1; 0 when it is about the file as a whole.
    pub line: u32,
    /// Column in characters, counted from 1; 0 when it is about the line as a whole.
    pub column: u32,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: String,
    /// The line at the forge.
    pub forge: Option<String>,
    /// Whether the rule has a page.
    pub explained: bool,
}

/// A key and its value, both as they are to be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Field {
    /// The key.
    pub key: String,
    /// The value as text.
    pub value: String,
}

/// What is wrong with a form's field, said next to it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldError {
    /// The field's `name`; empty when it is about the form as a whole.
    pub field: String,
    /// What is wrong and what would be right.
    pub message: String,
}

/// What every page about one procedure says at its top.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProcedureHead {
    /// `hunting.id`, else `path:` and the path.
    pub id: String,
    /// Its repository.
    pub repo: String,
    /// Whether the id stands in several repositories, so that links must name this one.
    pub repo_in_links: bool,
    /// Its title.
    pub title: String,
    /// How it stands.
    pub standing: Standing,
    /// The commit that a past revision is looked at, so that links keep to it; none for the newest.
    pub at: Option<String>,
}

impl ProcedureHead {
    /// The repository where links must name it.
    pub fn link_repo(&self) -> Option<&str> {
        self.repo_in_links.then_some(self.repo.as_str())
    }
}

/// One row of a list of copies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CopyRow {
    /// The instance's id.
    pub id: String,
    /// Its procedure's id.
    pub procedure: String,
    /// Its procedure's title.
    pub title: String,
    /// Its procedure's repository, where links must name it.
    pub repo: Option<String>,
    /// The commit it was made from.
    pub commit: Commit,
    /// The tenant's id; none for a tenant-independent copy.
    pub tenant: Option<String>,
    /// The tenant's name.
    pub tenant_name: String,
    /// The customer's name.
    pub customer: String,
    /// When it was made.
    pub made: When,
    /// By whom.
    pub made_by: String,
    /// The name of its file.
    pub file_name: String,
    /// `made`, `working`, `returned`, `closed` or `withdrawn`.
    pub state: &'static str,
    /// What came of it, as it is said (`null findings`); empty until it is closed.
    pub outcome: &'static str,
    /// Who is to hunt with it; empty for whoever made it.
    pub assignee: String,
    /// When it was closed, and by whom.
    pub closed: Option<(When, String)>,
    /// The window that was hunted, else the one that was filled in: RFC 3339, from and to.
    pub window: Option<(String, String)>,
}

/// One row of a list of tenants.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TenantRow {
    /// Our short id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The service's word (`taegis`).
    pub service: String,
    /// Its key, a string, as the service knows it.
    pub key: String,
    /// Its region.
    pub region: String,
    /// The customer's id.
    pub customer: String,
    /// The customer's name.
    pub customer_name: String,
    /// `sector=healthcare`.
    pub labels: Vec<Field>,
    /// Whether it gets no copies any more.
    pub retired: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_by_the_calendar() {
        assert_eq!(When::new(0, 0).iso, "1970-01-01T00:00:00Z");
        assert_eq!(When::new(951_782_400, 0).shown, "2000-02-29 00:00 UTC");
        assert_eq!(When::new(1_795_493_825, 0).iso, "2026-11-24T04:17:05Z");
        assert_eq!(When::new(-1, 0).iso, "1969-12-31T23:59:59Z");
    }

    #[test]
    fn a_forged_date_is_held_within_four_digits_of_year() {
        assert_eq!(When::new(i64::MAX, 0).iso, "9999-12-31T23:59:59Z");
        assert_eq!(When::new(i64::MIN, i64::MAX).iso, "0001-01-01T00:00:00Z");
    }

    #[test]
    fn a_distance_is_told_in_the_largest_unit_that_still_says_something() {
        for (seconds, words) in [
            (3, "just now"),
            (60, "1 minute ago"),
            (600, "10 minutes ago"),
            (3_600, "1 hour ago"),
            (7_200, "2 hours ago"),
            (86_400 * 3, "3 days ago"),
            (86_400 * 90, "3 months ago"),
            (86_400 * 800, "2 years ago"),
            (-7_200, "in 2 hours"),
        ] {
            assert_eq!(When::new(0, seconds).ago, words);
        }
    }
}
