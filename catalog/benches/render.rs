//! Notebooks to safe HTML, a thousand of about 7 KB each, and one of sixty cells.
//!
//! With `HUNTSHELF_BENCH_NOTEBOOKS` naming a folder, the thousand are the files in it.

use catalog::notebook::{Notebook, myst};
use catalog::render::{self, Options};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;

#[path = "sample/mod.rs"]
mod sample;

fn rendered(notebooks: &[Notebook]) -> usize {
    let cells = notebooks
        .iter()
        .flat_map(|notebook| render::notebook(black_box(notebook), &Options::default()).cells);
    cells.map(|cell| cell.html.len()).sum()
}

fn render(criterion: &mut Criterion) {
    let texts = sample::notebooks();
    let bytes: usize = texts.iter().map(Vec::len).sum();
    let notebooks: Vec<_> = texts.iter().map(|text| myst::read(text)).collect();
    let mut group = criterion.benchmark_group("render");
    group.sample_size(10);
    group.throughput(Throughput::Bytes(bytes as u64));
    group.bench_function("1000 notebooks", |bencher| bencher.iter(|| rendered(&notebooks)));
    let mut sixty = notebooks[0].clone();
    sixty.cells = sixty.cells.iter().cycle().take(60).cloned().collect();
    group.throughput(Throughput::Elements(60));
    group.bench_function("60 cells", |bencher| bencher.iter(|| rendered(std::slice::from_ref(&sixty))));
    group.finish();
}

criterion_group!(benches, render);
criterion_main!(benches);
