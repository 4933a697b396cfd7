//! What a search finds, and says, under two releases of ATT&CK: parents and sub-techniques, aliases, revoked, deprecated and
//! renamed ones, as one table.

#![allow(clippy::unwrap_used, reason = "clippy knows of tests only, not of what they share")]

mod library_fixture;

use catalog::attack::Releases;
use catalog::index::{Filters, Search};
use catalog::library::{Library, Settings};
use catalog::repository::Repository;
use library_fixture::{NoRemote, Shelf, everything, now, procedure};
use std::sync::Arc;

/// The procedures, by id, with the techniques (`T…`) or the tactic that their authors wrote.
const WRITTEN: &str = "
    dumping       T1003
    lsass         T1003.001
    tools-off     T1562.001
    logs-off      T1685
    powershell    T1086
    side-loading  T1073
    scripting     T1064
    phone         T1398
    nothing       T9999
    evading       defense-evasion
    hiding        stealth
";

/// What is looked for | what 18.1 finds | what 19.2 finds | what is said under 18.1 | what is said under 19.2.
/// A query `technique=X` or `tactic=X` is a choice in the facet, everything else is typed. `-` is nothing.
const TABLE: &str = "
    technique:T1003            | dumping lsass               | dumping lsass                        | - | -
    technique:T1003.001        | lsass                       | lsass                                | - | -
    T1003                      | dumping lsass               | dumping lsass                        | - | -
    os credential dumping      | dumping lsass               | dumping lsass                        | - | -
    lsass memory               | lsass                       | lsass                                | - | -
    technique=T1003            | dumping lsass               | dumping lsass                        | - | -
    technique=t1003/001        | lsass                       | lsass                                | - | -

    technique:T1086            | powershell                  | powershell                           | - | -
    technique:T1059.001        | powershell                  | powershell                           | - | -
    technique:T1059            | powershell                  | powershell                           | - | -
    technique=T1086            | powershell                  | powershell                           | - | -

    technique:T1073            | side-loading                | side-loading                         | - | -
    technique:T1574.002        | side-loading                | side-loading                         | - | -
    technique:T1574.001        | side-loading                | side-loading                         | - | -

    technique:T1562.001        | tools-off                   | logs-off tools-off                   | - | -
    technique:T1685            | logs-off                    | logs-off tools-off                   | - | -
    disable or modify tools    | tools-off                   | logs-off tools-off                   | - | -

    technique:T1064            | scripting                   | scripting                            | - | -
    technique:T1398            | phone                       | phone                                | - | -
    technique:T9999            | nothing                     | nothing                              | - | -
    technique:T0001            | -                           | -                                    | - | -
    technique:nonsense         | -                           | -                                    | no technique | no technique

    tactic:credential-access   | dumping lsass               | dumping lsass                        | - | -
    tactic:TA0006              | dumping lsass               | dumping lsass                        | - | -
    tactic:'Credential Access' | dumping lsass               | dumping lsass                        | - | -
    tactic:defense-evasion     | evading side-loading tools-off scripting | evading hiding logs-off side-loading tools-off scripting | - | it became Stealth and Defense Impairment
    tactic:defense-impairment  | -                           | evading logs-off scripting tools-off | no tactic | -
    tactic:stealth             | -                           | evading hiding side-loading scripting | no tactic | -
    tactic=defense-evasion     | evading side-loading tools-off scripting | evading hiding logs-off side-loading tools-off scripting | - | -
    tactic=stealth             | -                           | evading hiding side-loading scripting | - | -
";

fn rows(table: &str, separator: &'static str) -> impl Iterator<Item = Vec<String>> {
    let cells = move |line: &str| line.trim().split(separator).map(|cell| cell.trim().to_owned()).collect();
    table.lines().filter(|line| !line.trim().is_empty()).map(cells).collect::<Vec<_>>().into_iter()
}

fn shelf() -> Shelf {
    let shelf = Shelf::new();
    for row in rows(WRITTEN, "  ") {
        let (id, written) = (&row[0], row.last().unwrap());
        let text = if written.starts_with('T') {
            procedure(id, written, "Words.")
        } else {
            let key = format!("attack_tactic_ids: [{written}]\n  attack_technique_ids: []");
            procedure(id, "", "Words.").replace("attack_technique_ids: []", &key)
        };
        shelf.write(&format!("{id}.md"), text);
    }
    shelf.commit("Hunts");
    shelf
}

/// The catalog as a server of a release shows it.
fn showing(shelf: &Shelf, version: &str) -> Library {
    let library = Library::open(Settings {
        data: shelf.folder.path().join(version),
        repositories: vec![Repository::parse(shelf.work().to_str().unwrap()).unwrap()],
        fetch: Arc::new(NoRemote),
        releases: Releases::default().showing(version).unwrap(),
    })
    .unwrap();
    library.sync("hunts", now()).unwrap();
    library
}

fn asked(query: &str) -> Search {
    let chosen = |value: &str| vec![value.to_owned()];
    let filters = match query.split_once('=') {
        Some(("technique", value)) => Filters { technique: chosen(value), ..Filters::default() },
        Some(("tactic", value)) => Filters { tactic: chosen(value), ..Filters::default() },
        _ => return Search { text: query.replace('\'', "\""), ..everything() },
    };
    Search { filters, ..everything() }
}

#[test]
fn searches_by_attack_find_the_same_procedures_whatever_became_of_their_ids() {
    let shelf = shelf();
    let libraries = ["18.1", "19.2"].map(|version| showing(&shelf, version));
    let mut wrong = Vec::new();
    for row in rows(TABLE, "|") {
        let [query, expected @ ..] = row.as_slice() else { panic!("no query") };
        for (number, library) in libraries.iter().enumerate() {
            let found = library.search(&asked(query)).unwrap();
            let sorted = |mut ids: Vec<String>| {
                ids.sort();
                if ids.is_empty() { "-".to_owned() } else { ids.join(" ") }
            };
            let ids = sorted(found.hits.into_iter().map(|hit| hit.entry.id).collect());
            let wanted = sorted(expected[number].split(' ').map(str::to_owned).collect());
            let said = &expected[number + 2];
            let hints = found.hints.join(" ");
            if ids != wanted || !(said == "-" && hints.is_empty() || hints.contains(said)) {
                wrong.push(format!("{} {query}: {ids} ({hints})", ["18.1", "19.2"][number]));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
