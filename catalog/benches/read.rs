//! Reading 1,000 notebooks, against the floor: front matter through the YAML parser and a walk over comrak's blocks.
//!
//! The notebooks are made here, about 7 KB each; with `HUNTSHELF_BENCH_NOTEBOOKS` naming a folder, they are the files in it.

use catalog::notebook::{ipynb, myst};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;

#[path = "sample/floor.rs"]
mod floor;
#[path = "sample/mod.rs"]
mod sample;

use floor::floor;
use sample::notebooks;

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
