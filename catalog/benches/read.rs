//! Reading 1,000 notebooks, against the floor: front matter through the YAML parser and a walk over comrak's blocks.
//!
//! The notebooks are made here, about 7 KB each; with `HUNTSHELF_BENCH_NOTEBOOKS` naming a folder, they are the files in it.

use catalog::notebook::{ipynb, myst};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::fmt::Write;
use std::hint::black_box;

/// A notebook as hunters write them: front matter, prose, a parameters cell, query cells, tables, lists, guidance.
fn notebook(seed: usize) -> String {
    let mut text = format!(
        "---\njupytext:\n  notebook_metadata_filter: hunting\n  text_representation:\n    extension: .md\n    format_name: myst\n    format_version: 0.13\nkernelspec:\n  display_name: Python 3\n  language: python\n  name: python3\nhunting:\n  title: Service accounts that sign in at night, number {seed}\n  id: hunt-{seed}\n  description: Counts interactive sign-ins of service accounts outside of their hours.\n  attack_technique_ids: [T1078.002, T1021.{:03}]\n  data_sources: [auth, process, netflow]\n  tags: [identity, windows, night]\n  authors:\n  - Ada Example\n  - Bob Example\n---\n\n# Service accounts at night {seed}\n\n```{{code-cell}} ipython3\n:tags: [parameters, remove_cell]\n\nTENANT_ID: str = None  # the tenant's key\nREGION: str = \"charlie\"\nEARLIEST: str = \"-7d\"\n```\n\n",
        seed % 9 + 1
    );
    for section in 0..9 {
        let _ = write!(
            text,
            "+++ {{\"tags\": [\"remove_cell\"]}}\n\nLook at the *stack* first. An account that signs in from one host is dull; one that signs in from {section} hosts is not. \
             See <https://example.com/{seed}/{section}> and `T1078`.\n\n+++\n\n## Step {section}\n\nService accounts are made for machines. Where a person uses one, it is often \
             for convenience, and sometimes for cover.\n\n1. Stack by account.\n2. Stack by host.\n   - keep what is rare\n   - drop what is known\n\n> What is rare is not \
             what is bad.\n\n| account | hosts |\n|---|---:|\n| svc_{section} | {seed} |\n\n```{{code-cell}} ipython3\n:tags: [remove_input]\n\n%%taegis events search -t --tenant \
             $TENANT_ID --region $REGION --assign rows_{section}\nFROM auth\nWHERE target_user_name MATCHES 'svc_.*' AND logon_type = 10\nEARLIEST={{{{ EARLIEST }}}}\n| aggregate count by \
             target_user_name, host_name\n```\n\n"
        );
    }
    text
}

fn notebooks() -> Vec<Vec<u8>> {
    let folder = std::env::var_os("HUNTSHELF_BENCH_NOTEBOOKS");
    let Some(folder) = folder else { return (0..1000).map(|seed| notebook(seed).into_bytes()).collect() };
    let mut files: Vec<_> =
        std::fs::read_dir(folder).expect("the folder is there").flatten().map(|e| e.path()).collect();
    files.sort();
    files.iter().take(1000).filter_map(|path| std::fs::read(path).ok()).collect()
}

/// What cannot be undercut by whoever uses these two parsers.
fn floor(text: &str) -> usize {
    let mut count = 0;
    if let Some(front) = text.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n")) {
        count += granit_parser::Parser::new_from_str(front.0).flatten().count();
    }
    let arena = comrak::Arena::new();
    let mut options = comrak::Options::default();
    options.extension.table = true;
    options.extension.front_matter_delimiter = Some("---".to_owned());
    count + comrak::parse_document(&arena, text, &options).descendants().count()
}

fn read(criterion: &mut Criterion) {
    let notebooks = notebooks();
    let bytes: usize = notebooks.iter().map(Vec::len).sum();
    let mut group = criterion.benchmark_group("1000 notebooks");
    group.throughput(Throughput::Bytes(bytes as u64));
    group.sample_size(20);
    group.bench_function("read", |bencher| {
        bencher
            .iter(|| notebooks.iter().map(|bytes| myst::read(black_box(bytes)).cells.len()).sum::<usize>());
    });
    group.bench_function("floor", |bencher| {
        bencher.iter(|| {
            notebooks
                .iter()
                .filter_map(|bytes| std::str::from_utf8(bytes).ok())
                .map(|text| floor(black_box(text)))
                .sum::<usize>()
        });
    });
    group.bench_function("convert to ipynb", |bencher| {
        bencher.iter(|| {
            notebooks.iter().map(|bytes| ipynb::write(&myst::read(black_box(bytes))).len()).sum::<usize>()
        });
    });
    group.bench_function("looks like MyST", |bencher| {
        bencher.iter(|| notebooks.iter().filter(|bytes| myst::looks_like_myst(black_box(bytes))).count());
    });
    group.finish();
}

criterion_group!(benches, read);
criterion_main!(benches);
