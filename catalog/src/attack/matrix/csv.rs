//! The matrix as a table for spreadsheets.

use super::Matrix;
use std::fmt::Write as _;

impl Matrix {
    /// One line for each technique and tactic: tactic, technique, name, procedures, and `yes` where it is asked about.
    /// The first also bears MITRE's notice, so that every line reads alike.
    pub fn csv(&self) -> String {
        let mut csv = String::from("tactic,technique,name,procedures,asked,notice\r\n");
        let mut notice = quoted(&self.notice);
        for (column, cell) in self.told() {
            let (tactic, name) = (quoted(&column.name), quoted(&cell.name));
            let asked = if cell.wanted { "yes" } else { "" };
            // Writing to a string cannot fail.
            let _ = write!(csv, "{tactic},{},{name},{},{asked},{notice}\r\n", cell.id, cell.count);
            notice.clear();
        }
        csv
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::super::tests::matrix;

    #[test]
    fn csv_quotes_names_and_bears_the_notice_once() {
        let csv = matrix(&[]).csv();
        assert!(csv.contains("\"Credential Access\",T1003.001,\"LSASS Memory\",2,,\r\n"));
        assert_eq!(csv.lines().count(), 1 + matrix(&[]).cells().count());
        assert_eq!(csv.matches("reproduced and distributed").count(), 1);
        assert!(csv.lines().nth(1).is_some_and(|first| first.contains("The MITRE Corporation")));
    }
}
