//! Two notebooks of sixty cells compared: a usual revision of it, and one in which nothing is as it was.

use catalog::attack::Release;
use catalog::diff;
use catalog::notebook::{Cell, CellKind, Notebook, myst};
use catalog::procedure::{Procedure, understand};
use catalog::repository::FieldMapping;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;

#[path = "sample/mod.rs"]
mod sample;

/// Sixty cells that are not each other's like.
fn sixty() -> Notebook {
    let texts = sample::notebooks();
    let mut notebook = myst::read(&texts[0]);
    let others = texts.iter().skip(1).flat_map(|text| myst::read(text).cells);
    notebook.cells.extend(others.take(60 - notebook.cells.len().min(60)));
    notebook.cells.truncate(60);
    for (nth, cell) in notebook.cells.iter_mut().enumerate() {
        cell.source += "\nThis is cell ";
        cell.source += &nth.to_string();
    }
    notebook
}

/// Ten cells changed, one came, one went, one moved, and the title is another.
fn revised(notebook: &Notebook) -> Notebook {
    let mut revised = notebook.clone();
    revised.metadata["hunting"]["title"] = "Service accounts".into();
    for cell in revised.cells.iter_mut().skip(3).step_by(6) {
        cell.source = cell.source.replacen("the ", "some ", 1) + "\nAnd one line more.";
    }
    revised.cells.remove(20);
    revised.cells.insert(40, Cell::new(CellKind::Markdown, "## What is new\n\nOne cell of prose."));
    let moved = revised.cells.remove(50);
    revised.cells.insert(8, moved);
    revised
}

/// Every cell changed in its middle.
fn rewritten(notebook: &Notebook) -> Notebook {
    let mut rewritten = notebook.clone();
    for cell in &mut rewritten.cells {
        let words: Vec<&str> = cell.source.split(' ').collect();
        cell.source = words
            .iter()
            .enumerate()
            .map(|(nth, word)| if nth % 3 == 1 { "other" } else { *word })
            .collect::<Vec<_>>()
            .join(" ");
    }
    rewritten
}

fn understood(notebook: &Notebook) -> Procedure {
    understand(notebook, "a.md", &FieldMapping::default(), Release::current()).into_procedure()
}

fn compare(criterion: &mut Criterion) {
    let old = sixty();
    let mut group = criterion.benchmark_group("diff");
    group.throughput(Throughput::Elements(60));
    for (name, new) in [("a revision", revised(&old)), ("every cell", rewritten(&old))] {
        let (was, is) = (understood(&old), understood(&new));
        let sides = (Some((&old, &was)), Some((&new, &is)));
        group.bench_function(format!("60 cells, {name}"), |bencher| {
            bencher.iter(|| diff::notebooks(black_box(sides.0), black_box(sides.1)));
        });
        group.bench_function(format!("60 cells in sentences, {name}"), |bencher| {
            bencher.iter(|| diff::changes(black_box(sides.0), black_box(sides.1)));
        });
    }
    group.finish();
}

criterion_group!(benches, compare);
criterion_main!(benches);
