//! kill -9 at any moment of a sync, fetching child included.

use crate::documents::{Documents, documents};
use crate::library_fixture::now;
use crate::mirror_fixture::http::{Manners, Server};
use crate::mirror_fixture::{Origin, repository};
use crate::scene::{open, supervisor};
use catalog::library::{Library, Stage};
use catalog::repository::{Location, Repository};
use std::collections::HashMap;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How often a sync is killed.
const KILLS: u64 = 200;

/// The stages of a sync in which it is killed. That it waits for another repository is none of them.
const STAGES: [Stage; 5] = [
    Stage::Fetching,
    Stage::ReadingCommits,
    Stage::ComparingRevisions,
    Stage::IndexingFiles,
    Stage::Committing,
];

/// What the child does: it syncs, and writes down all the while in which stage it is.
pub(crate) fn sync(data: &str, url: &str, stage: &str) {
    let library = Arc::new(open(Path::new(data), repository(Location::Remote(url.to_owned())), supervisor()));
    let (watched, told) = (Arc::clone(&library), std::fs::File::create(stage).unwrap());
    std::thread::spawn(move || {
        loop {
            let progress = watched.repositories().remove(0).progress;
            let place =
                progress.and_then(|progress| STAGES.iter().position(|stage| *stage == progress.stage));
            if let Some(place) = place {
                told.write_all_at(&[u8::try_from(place).unwrap()], 0).unwrap();
            }
            std::thread::sleep(Duration::from_micros(50));
        }
    });
    library.sync("hunts", now()).unwrap();
}

/// The stage that a child is in, as its place in [`STAGES`]; none before it began.
fn stage(file: &Path) -> Option<usize> {
    std::fs::read(file).ok()?.first().map(|place| usize::from(*place))
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

/// How many hunts there are, and how many of them a commit touches: enough that each stage takes a while.
const HUNTS: u64 = 80;
const TOUCHED: u64 = 25;

/// A few commits of this and that. Files move, and others come with their ids where they were.
fn advance(origin: &Origin, dice: &mut Dice, step: u64) {
    for part in 0..=dice.below(2) {
        for touch in 0..TOUCHED {
            let id = format!("hunt-{}", dice.below(HUNTS));
            let file = origin.path().join(format!("hunts/{id}.md"));
            match (dice.below(8), file.exists()) {
                (0, true) => std::fs::remove_file(&file).unwrap(),
                (1, true) => {
                    let to = origin.path().join(format!("hunts/moved-{}.md", dice.below(HUNTS)));
                    std::fs::rename(&file, to).unwrap();
                }
                _ => {
                    let body = format!("Step {step}.{part}.{touch}, {}", dice.below(1000));
                    let text = crate::library_fixture::procedure(&id, "T1003", &body);
                    origin.write(&format!("hunts/{id}.md"), text);
                }
            }
        }
        origin.commit(&format!("step {step}.{part}"));
    }
}

/// A mirrored repository, and what an index from nothing holds at each of its commits.
struct Bench {
    origin: Origin,
    server: Server,
    data: PathBuf,
    stage: PathBuf,
    anew: HashMap<Option<String>, Documents>,
}

impl Bench {
    fn start(&self) -> Child {
        let _ = std::fs::remove_file(&self.stage);
        Command::new(std::env::current_exe().unwrap())
            .arg("sync")
            .arg(&self.data)
            .arg(self.server.url("origin/.git"))
            .arg(&self.stage)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }

    fn open(&self) -> Library {
        open(&self.data, repository(Location::Remote(self.server.url("origin/.git"))), supervisor())
    }

    /// Opens what a process left, and holds it against an index from nothing at the same commit: documents, the terms that
    /// they are found by, and the watermark.
    fn check(&mut self, when: &str) -> Option<String> {
        let commit = self.open().tip("hunts");
        let origin = &self.origin;
        let made = self.anew.entry(commit.clone()).or_insert_with(|| {
            let folder = tempfile::tempdir().unwrap();
            let Some(commit) = &commit else {
                drop(open(folder.path(), origin.repository(), supervisor()));
                return documents(folder.path());
            };
            origin.git(["update-ref", "refs/heads/at", commit]);
            let at = Repository { branch: Some("at".to_owned()), ..origin.repository() };
            open(folder.path(), at, supervisor()).sync("hunts", now()).unwrap();
            documents(folder.path())
        });
        let found = documents(&self.data);
        assert!(found.same(made), "{when}: {}", found.differences(made));
        commit
    }
}

pub(crate) fn a_sync_killed_at_200_moments_leaves_a_whole_index() {
    let seed = std::env::var("HUNTSHELF_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_125);
    println!("  HUNTSHELF_SEED={seed}");
    let mut dice = Dice(seed);
    let origin = Origin::new();
    let server = Server::start(origin.folder.path(), Manners::Honest);
    let (data, stage_file) = (origin.folder.path().join("data"), origin.folder.path().join("stage"));
    let mut bench = Bench { origin, server, data, stage: stage_file, anew: HashMap::new() };
    advance(&bench.origin, &mut dice, 0);
    assert!(bench.start().wait().unwrap().success());
    let mut at = bench.check("before");
    // About how long each stage takes: learnt on the way, so that the moments fall within it.
    let mut lengths = [Duration::from_millis(20); STAGES.len()];
    let (mut hits, mut ended, mut moved) = ([0_u64; STAGES.len()], 0, 0);
    for kill in 1..=KILLS {
        if at == Some(bench.origin.tip().to_string()) {
            advance(&bench.origin, &mut dice, kill);
        }
        let aimed = usize::try_from(kill).unwrap() % STAGES.len();
        let mut child = bench.start();
        let begun = Instant::now();
        while stage(&bench.stage).is_none_or(|stage| stage < aimed)
            && child.try_wait().unwrap().is_none()
            && begun.elapsed() < Duration::from_mins(1)
        {
            std::thread::sleep(Duration::from_micros(100));
        }
        let moment = lengths[aimed].mul_f64(f64::from(u32::try_from(dice.below(1000)).unwrap()) / 1000.0);
        std::thread::sleep(moment);
        child.kill().unwrap();
        let hit = stage(&bench.stage).unwrap_or(0);
        if child.wait().unwrap().code().is_some() {
            ended += 1;
        } else {
            hits[hit] += 1;
        }
        lengths[aimed] = lengths[aimed].mul_f64(if hit > aimed { 0.8 } else { 1.1 });
        let now_at = bench.check(&format!("seed {seed}, kill {kill} in {:?}", STAGES[hit]));
        moved += u64::from(now_at != at);
        at = now_at;
        if kill % 10 == 0 {
            bench.open().sync("hunts", now()).unwrap();
            at = bench.check(&format!("seed {seed}, synced after kill {kill}"));
            assert_eq!(at, Some(bench.origin.tip().to_string()));
        }
    }
    for (stage, hits) in STAGES.iter().zip(hits) {
        println!("  {hits} killed while {stage:?}");
        assert!(hits >= KILLS / 20, "the moments spread over the stages");
    }
    println!("  {ended} had ended, {moved} of all had committed");
    bench.open().sync("hunts", now()).unwrap();
    assert_eq!(bench.check("at the end"), Some(bench.origin.tip().to_string()));
    let left: Vec<_> = std::fs::read_dir(bench.data.join("mirrors"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains(".tmp-") || name.contains(".home-"))
        .collect();
    assert_eq!(left, Vec::<String>::new(), "what the killed ones left is cleared");
}
