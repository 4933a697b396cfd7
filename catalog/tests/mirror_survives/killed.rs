//! kill -9 at any moment of a sync, fetching child included.

use crate::library_fixture::{address, entries, now, state};
use crate::mirror_fixture::http::{Manners, Server};
use crate::mirror_fixture::{Origin, repository};
use crate::scene::{open, supervisor};
use catalog::index::{Entry, Revision};
use catalog::library::{Library, Readiness};
use catalog::repository::{Location, Repository};
use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// How often a sync is killed.
const KILLS: u64 = 200;

/// What the child does.
pub(crate) fn sync(data: &str, url: &str) {
    let library = open(Path::new(data), repository(Location::Remote(url.to_owned())), supervisor());
    library.sync("hunts", now()).unwrap();
}

/// All that an index holds of a repository.
#[derive(Debug, PartialEq)]
struct Documents {
    commit: Option<String>,
    readiness: Readiness,
    entries: Vec<Entry>,
    histories: Vec<Vec<Revision>>,
}

fn documents(library: &Library) -> Documents {
    let entries = entries(library);
    let history = |entry: &Entry| library.history(&address(&entry.id), 500, None).unwrap().unwrap().revisions;
    let state = state(library);
    Documents {
        commit: state.commit,
        readiness: state.readiness,
        histories: entries.iter().map(history).collect(),
        entries,
    }
}

/// Marsaglia's xorshift: the same moments for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

/// Some commits of this and that. A name whose file moved on is not used again.
fn advance(origin: &Origin, dice: &mut Dice, step: u64, moved: &mut HashSet<String>) {
    for part in 0..=dice.below(3) {
        let mut id = format!("hunt-{}", dice.below(12));
        if moved.contains(&id) {
            id = format!("hunt-{step}-{part}");
        }
        let file = origin.path().join(format!("hunts/{id}.md"));
        match (dice.below(6), file.exists()) {
            (0, true) => std::fs::remove_file(&file).unwrap(),
            (1, true) => {
                let to = origin.path().join(format!("hunts/moved-{step}-{part}.md"));
                std::fs::rename(&file, to).unwrap();
                moved.insert(id);
            }
            _ => {
                let body = format!("Step {step}.{part}, {}", dice.below(1000));
                origin
                    .write(&format!("hunts/{id}.md"), crate::library_fixture::procedure(&id, "T1003", &body));
            }
        }
        origin.commit(&format!("step {step}.{part}"));
    }
}

pub(crate) fn a_sync_killed_at_200_moments_leaves_a_whole_index() {
    let seed = std::env::var("HUNTSHELF_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_125);
    println!("  HUNTSHELF_SEED={seed}");
    let mut dice = Dice(seed);
    let origin = Origin::new();
    let server = Server::start(origin.folder.path(), Manners::Honest);
    let url = server.url("origin/.git");
    let data = origin.folder.path().join("data");
    let mut moved_on = HashSet::new();
    advance(&origin, &mut dice, 0, &mut moved_on);
    let start = || {
        Command::new(std::env::current_exe().unwrap())
            .arg("sync")
            .arg(&data)
            .arg(&url)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    };
    let whole = |data: &Path| open(data, repository(Location::Remote(url.clone())), supervisor());
    // What an index from nothing holds at a commit.
    let mut anew: HashMap<Option<String>, Documents> = HashMap::new();
    let mut check = |library: &Library, when: &str| {
        let found = documents(library);
        let made = anew.entry(found.commit.clone()).or_insert_with(|| {
            let folder = tempfile::tempdir().unwrap();
            let Some(commit) = &found.commit else {
                return documents(&open(folder.path(), origin.repository(), supervisor()));
            };
            origin.git(["update-ref", "refs/heads/at", commit]);
            let at = Repository { branch: Some("at".to_owned()), ..origin.repository() };
            let library = open(folder.path(), at, supervisor());
            library.sync("hunts", now()).unwrap();
            documents(&library)
        });
        assert!(found == *made, "{when}: {found:#?}\nis not\n{made:#?}");
        found.commit
    };
    // How long it takes when nobody kills it, so that the moments fall within.
    let started = Instant::now();
    assert!(start().wait().unwrap().success());
    let mut length = started.elapsed();
    let (mut killed, mut moved) = (0, 0);
    let mut at = check(&whole(&data), "before");
    for kill in 1..=KILLS {
        if kill % 2 == 1 {
            advance(&origin, &mut dice, kill, &mut moved_on);
        }
        let moment = length.mul_f64(f64::from(u32::try_from(dice.below(1100)).unwrap()) / 1000.0);
        let started = Instant::now();
        let mut child = start();
        std::thread::sleep(moment);
        child.kill().unwrap();
        if child.wait().unwrap().code().is_none() {
            killed += 1;
        } else {
            length = (length + started.elapsed().min(2 * length)) / 2;
        }
        let library = whole(&data);
        let now_at = check(&library, &format!("seed {seed}, kill {kill} after {moment:?}"));
        moved += u64::from(now_at != at);
        at = now_at;
        if kill % 10 == 0 {
            library.sync("hunts", now()).unwrap();
            let tip = Some(origin.tip().to_string());
            at = check(&library, &format!("seed {seed}, synced after kill {kill}"));
            assert_eq!(at, tip);
        }
    }
    println!(
        "  {killed} of {KILLS} were killed at work, {moved} of all had committed; a sync takes {length:?}"
    );
    assert!(killed > KILLS / 2, "the moments fall within a sync");
    assert_eq!(at, Some(origin.tip().to_string()));
    let left: Vec<_> = std::fs::read_dir(data.join("mirrors"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains(".tmp-") || name.contains(".home-"))
        .collect();
    assert_eq!(left, Vec::<String>::new(), "what the killed ones left is cleared");
}
