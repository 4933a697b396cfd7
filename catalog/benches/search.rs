//! Searches over ten thousand procedures, in process: hits with snippets, and all facets.
//!
//! The text is made here, the same every time: words by rank as in English (the second half as often as the first,
//! the third a third), seven kilobytes a notebook. `cargo bench -p catalog --bench search`; what indexing and opening
//! took is printed once.

use catalog::attack::{Release, TacticMapping, TacticOrigin};
use catalog::index::{Entry, Index, Load, Revision, RevisionStatus, Search, Sort, Suggest, Text};
use catalog::procedure::{Procedure, Standing};
use catalog::team::Lexicon;
use criterion::{Criterion, criterion_group, criterion_main};
use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Instant;

const PROCEDURES: usize = 10_000;
const REVISIONS: usize = 11_000;
const WORDS: usize = 30_000;

/// Numbers that look random and are the same every time (xorshift).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap_or(0)
    }

    /// A rank below an end, the lower the likelier.
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    fn rank(&mut self, end: usize) -> usize {
        let at = (self.next() >> 11) as f64 / (1u64 << 53) as f64;
        ((end as f64).powf(at) as usize - 1).min(end - 1)
    }
}

fn vocabulary(numbers: &mut Numbers) -> Vec<String> {
    const SYLLABLES: [&str; 24] = [
        "ba", "ce", "di", "fo", "gu", "ka", "le", "mi", "no", "pu", "ra", "se", "ti", "vo", "xu", "an", "er",
        "in", "or", "un", "sta", "pro", "tion", "ing",
    ];
    (0..WORDS)
        .map(|at| {
            for (rank, word) in [(20, "memory"), (30, "access"), (400, "lsass"), (4_000, "kerberoast")] {
                if at == rank {
                    return word.into();
                }
            }
            let mut word = String::new();
            for _ in 0..=(1 + numbers.below(3)) {
                word.push_str(SYLLABLES[numbers.below(SYLLABLES.len())]);
            }
            match at % 50 {
                49 => word + ".exe",
                48 => format!("{word}_{at}"),
                _ => word,
            }
        })
        .collect()
}

fn text(numbers: &mut Numbers, words: &[String], length: usize) -> String {
    let mut text = String::with_capacity(length + 32);
    while text.len() < length {
        text.push_str(&words[numbers.rank(words.len())]);
        text.push(if numbers.below(12) == 0 { '\n' } else { ' ' });
    }
    text
}

fn entry(numbers: &mut Numbers, words: &[String], release: &Release, at: usize) -> (Entry, Text) {
    let body = Text {
        headings: text(numbers, words, 200),
        prose: text(numbers, words, 4_500),
        code: text(numbers, words, 2_300),
        ..Text::default()
    };
    let mut techniques = Vec::new();
    for _ in 0..=numbers.below(3) {
        let technique = &release.techniques()[numbers.rank(release.techniques().len())];
        techniques.push(release.map(&technique.id));
    }
    let tactics = (techniques.iter().flat_map(|mapping| &mapping.tactics))
        .map(|id| TacticMapping { id: id.clone(), name: String::new(), from: TacticOrigin::Technique })
        .collect();
    let mut some = |list: &str, values: usize, most: usize| -> Vec<String> {
        (0..=numbers.below(most)).map(|_| format!("{list}{}", numbers.rank(values))).collect()
    };
    let (tags, data_sources, authors) =
        (some("tag-", 800, 4), some("source", 40, 2), some("Author ", 300, 2));
    let platforms = some("Platform", 8, 2);
    let title = text(numbers, words, 50).replace('\n', " ");
    let id = format!("{at:08x}");
    let path = format!("hunts/team{}/{id}.md", at % 8);
    let entry = Entry {
        repo: "bench".into(),
        path,
        id: id.clone(),
        lineage: id.clone(),
        standing: if at % 100 == 7 { Standing::Uncatalogued } else { Standing::Good },
        procedure: Procedure {
            id: Some(id),
            title,
            description: text(numbers, words, 160),
            techniques,
            tactics,
            data_sources,
            tags,
            authors: authors.clone(),
            platforms,
            service: Some("taegis".into()),
            metadata: serde_json::Map::new(),
            diagnostics: Vec::new(),
        },
        commit: format!("{at:040x}"),
        blob: format!("{at:040x}"),
        sidecar: None,
        updated_at: i64::try_from(at / 500).unwrap_or(0) * 3600,
        updated_by: "Rosa".into(),
        authors,
        copyable: true,
        broken: None,
        taken_by: None,
        problems: Vec::new(),
        mendable: false,
        born: at as u64,
        former_ids: Vec::new(),
        ever_catalogued: true,
        metadata_ever_lost: false,
        change_kinds: std::collections::BTreeSet::new(),
        people: Vec::new(),
        commits: Vec::new(),
    };
    (entry, body)
}

fn revision(at: usize) -> Revision {
    Revision {
        co_authors: Vec::new(),
        id: None,
        title: String::new(),
        hunts: Vec::new(),
        before: None,
        merge: false,
        today: None,
        gained: Vec::new(),
        lost: Vec::new(),
        repo: "bench".into(),
        commit: format!("{at:040x}"),
        path: format!("hunts/{at}.md"),
        previous_path: None,
        lineage: format!("{:08x}", at % PROCEDURES),
        order: at as u64,
        author_name: "Rosa".into(),
        author_email: "rosa@example.org".into(),
        authored_at: (0, 0),
        committed_at: (0, 0),
        subject: "Import".into(),
        status: RevisionStatus::Added,
        changes: Vec::new(),
        blob: Some(format!("{at:040x}")),
    }
}

/// Builds the index, with what each step took.
fn build(folder: &std::path::Path, report: &mut String) -> Index {
    let release = Release::current();
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let words = vocabulary(&mut numbers);
    let made: Vec<(Entry, Text)> =
        (0..PROCEDURES).map(|at| entry(&mut numbers, &words, release, at)).collect();
    let index = Index::open(folder, "bench").expect("a new index");
    let start = Instant::now();
    let batch = index.writer("bench", release, Load::Many).expect("a batch");
    for (entry, text) in &made {
        batch.put(entry, text).expect("an entry");
    }
    for at in 0..REVISIONS {
        batch.put_revision(&revision(at)).expect("a revision");
    }
    batch.commit(serde_json::json!({"commit": "c"})).expect("a commit");
    let _ = writeln!(
        report,
        "indexed {PROCEDURES} procedures and {REVISIONS} revisions in {:?}",
        start.elapsed()
    );
    for at in 0..3 {
        let start = Instant::now();
        let batch = index.writer("bench", release, Load::Few).expect("a batch");
        for (entry, text) in &made[at * 3..at * 3 + 3] {
            batch.put(entry, text).expect("an entry");
        }
        batch.commit(serde_json::json!({"commit": at})).expect("a commit");
        let _ = writeln!(report, "three changed procedures committed and shown in {:?}", start.elapsed());
    }
    drop(index);
    let start = Instant::now();
    let index = Index::open(folder, "bench").expect("the index");
    let _ = writeln!(report, "opened in {:?}", start.elapsed());
    index.warm(&Lexicon::of(Release::current())).expect("columns");
    let _ = writeln!(report, "opened and warmed in {:?}", start.elapsed());
    index
}

fn searches(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut report = String::new();
    let index = build(folder.path(), &mut report);
    eprint!("{report}");
    let lexicon = Lexicon::of(Release::current());
    let with = |text: &str| Search { text: text.into(), limit: 20, ..Search::default() };
    let mut filtered = with("");
    filtered.filters.tactic = vec!["TA0006".into()];
    filtered.filters.tag = vec!["tag-1".into(), "tag-2".into()];
    let cases = [
        ("nothing", with("")),
        ("common term", with("\"memory\"")),
        ("term", with("\"lsass\"")),
        ("rare term", with("\"kerberoast\"")),
        ("and", with("memory \"lsass\"")),
        ("or", with("lsass OR \"kerberoast\"")),
        ("phrase", with("\"memory access\"")),
        ("prefix", with("kerb")),
        ("short prefix", with("st")),
        ("field", with("tactic:TA0006 lsass")),
        ("filters", filtered),
        ("by title", Search { sort: Sort::Title, ..with("") }),
    ];
    for (name, search) in cases {
        let found = index.search(&search, &lexicon).expect("a search");
        let name = format!("{name} ({} found)", found.total);
        criterion.bench_function(&name, |bencher| {
            bencher.iter(|| black_box(index.search(black_box(&search), &lexicon)).expect("a search"));
        });
    }
    for text in ["memory ac", "st", "lsass", "tag:t", "is:", "apt", "a b c d"] {
        let asked = Suggest { text: text.into(), at: None, limit: 20 };
        criterion.bench_function(&format!("suggest {text}"), |bencher| {
            bencher.iter(|| black_box(index.suggest(black_box(&asked), &lexicon)).expect("suggestions"));
        });
    }
}

criterion_group!(benches, searches);
criterion_main!(benches);
