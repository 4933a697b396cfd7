use super::*;
use crate::attack::Release;
use crate::diff::{FieldStatus, changes};
use crate::notebook::Metadata;
use crate::procedure::understand;
use crate::repository::FieldMapping;
use proptest::prelude::*;
use serde_json::json;

fn cell(kind: CellKind, tags: &[&str], source: &str) -> Cell {
    let mut cell = Cell::new(kind, source);
    if !tags.is_empty() {
        cell.metadata.insert("tags".into(), json!(tags));
    }
    cell
}

fn sample() -> Notebook {
    let metadata = json!({
        "kernelspec": {"name": "python3", "display_name": "Python 3"},
        "hunting": {
            "id": "a1", "title": "LSASS", "attack_technique_ids": ["T1003.001"], "tags": ["windows"], "tlp": "GREEN",
        },
    });
    Notebook {
        metadata: metadata.as_object().unwrap().clone(),
        cells: vec![
            cell(CellKind::Markdown, &[], "# LSASS\n\nWhat this is about, in a few words."),
            cell(CellKind::Markdown, &["remove_cell"], "For the hunter: look twice, then look again."),
            cell(CellKind::Code, &["parameters"], "TENANT_ID = None\nDAYS = 7"),
            cell(
                CellKind::Code,
                &[],
                "%%taegis search --tenant $TENANT_ID\nFROM process EARLIEST=-7d\n| head 10",
            ),
            cell(CellKind::Raw, &[], "%%taegis investigations create --title x"),
            cell(CellKind::Markdown, &[], "## Findings\n\nNone so far, as far as anybody knows."),
        ],
        ..Notebook::default()
    }
}

fn between(old: &Notebook, new: &Notebook) -> NotebookDiff {
    let read = |notebook: &Notebook| {
        understand(notebook, "a.md", &FieldMapping::default(), Release::current()).into_procedure()
    };
    notebooks(Some((old, &read(old))), Some((new, &read(new))))
}

fn changed(change: impl FnOnce(&mut Notebook)) -> NotebookDiff {
    let mut new = sample();
    change(&mut new);
    between(&sample(), &new)
}

fn hunting(notebook: &mut Notebook) -> &mut Metadata {
    notebook.metadata["hunting"].as_object_mut().unwrap()
}

#[test]
fn a_notebook_and_itself_are_the_same() {
    let diff = changed(|_| {});
    assert!(diff.is_same());
    assert_eq!(diff.count(CellStatus::Same), 6);
    assert_eq!(diff.cells[3].new_text(), sample().cells[3].source);
}

#[test]
fn metadata_is_told_by_field_with_a_sentence() {
    let diff = changed(|new| {
        let hunting = hunting(new);
        hunting["title"] = json!("LSASS reads");
        hunting["attack_technique_ids"] = json!(["T1059.001"]);
        hunting["tlp"] = json!(["GREEN"]);
        hunting.remove("tags");
        hunting.insert("x-review".into(), json!({"by": "ada"}));
        new.metadata["kernelspec"]["name"] = json!("hunting");
        new.metadata.insert("language_info".into(), json!({"name": "python"}));
    });
    let told: Vec<_> =
        diff.metadata.iter().map(|field| (field.key.as_str(), field.status, field.text.as_str())).collect();
    assert_eq!(
        told,
        [
            ("hunting.title", FieldStatus::Changed, "Title: “LSASS” became “LSASS reads”"),
            (
                "hunting.attack_technique_ids",
                FieldStatus::Changed,
                "Technique T1003.001 LSASS Memory removed; Technique T1059.001 PowerShell added"
            ),
            ("hunting.tags", FieldStatus::Removed, "Tag windows removed"),
            // A text and a list of that text would sound the same.
            ("hunting.tlp", FieldStatus::Changed, "`tlp`: \"GREEN\" became [\"GREEN\"]"),
            ("hunting.x-review", FieldStatus::Added, "`x-review` added: {\"by\":\"ada\"}"),
            ("kernelspec.name", FieldStatus::Changed, "`kernelspec.name`: python3 became hunting"),
            ("language_info.name", FieldStatus::Added, "`language_info.name` added: python"),
        ]
    );
    assert_eq!(diff.metadata[0].before.as_deref(), Some("LSASS"));
    assert_eq!(diff.metadata[2].after, None);
}

#[test]
fn the_fields_that_a_conversion_lost_are_told_one_by_one() {
    let diff = changed(|new| drop(new.metadata.remove("hunting")));
    let lost: Vec<_> = diff.metadata.iter().map(|field| field.key.as_str()).collect();
    assert_eq!(lost.len(), 5, "{lost:?}");
    assert!(diff.metadata.iter().all(|field| field.status == FieldStatus::Removed));
}

#[test]
fn a_changed_cell_says_what_of_it_changed() {
    let diff = changed(|new| {
        new.cells[1].metadata.clear();
        new.cells[3].source = new.cells[3].source.replace("-7d", "-30d");
        new.cells[3].metadata.insert("collapsed".into(), json!(true));
        new.cells[5].outputs.push(json!({"output_type": "stream"}));
        new.cells[5].attachments = Some(json!({"a.png": {"image/png": "AAAA"}}));
    });
    let [_, guidance, _, query, _, findings] = diff.cells.as_slice() else { panic!("{:?}", diff.cells) };
    assert_eq!(guidance.tags_lost, ["remove_cell"]);
    let reaches: Vec<_> = [&guidance.old, &guidance.new].map(|side| side.as_ref().unwrap().customer).into();
    assert_eq!((guidance.status, reaches), (CellStatus::Changed, vec![false, true]));
    let kinds: Vec<_> = guidance.changes.iter().map(|change| change.kind.as_str()).collect();
    assert_eq!(kinds, ["customer-text-changed", "tags-lost"]);
    let signs: String = query.lines.iter().map(|line| line.sign).collect();
    assert_eq!(signs, " -+ ");
    assert!(query.lines[2].pieces.contains(&(true, "30d".to_owned())), "{:?}", query.lines[2]);
    assert_eq!((query.lines[2].old, query.lines[2].new, query.lines[3].old), (None, Some(2), Some(3)));
    assert_eq!(query.metadata[0].key, "collapsed");
    assert_eq!(query.changes[0].kind, "query-changed");
    assert!(findings.outputs_changed && findings.status == CellStatus::Changed && !findings.text_changed());
    assert_eq!(findings.metadata[0].text, "`attachments` added: a.png");
    assert_eq!(diff.count(CellStatus::Same), 3);
}

#[test]
fn a_cell_that_only_moved_is_the_same_elsewhere() {
    let diff = changed(|new| {
        let findings = new.cells.pop().unwrap();
        new.cells.insert(0, findings);
    });
    assert_eq!((diff.cells[0].status, diff.cells[0].moved), (CellStatus::Same, true));
    assert!(!diff.is_same());
    assert_eq!(diff.cells[0].old.as_ref().map(|side| side.index), Some(5));
    assert_eq!(diff.cells.iter().filter(|cell| cell.moved).count(), 1);
}

#[test]
fn a_cell_that_became_another_kind_has_both() {
    let diff = changed(|new| new.cells[4].kind = CellKind::Code);
    let cell = &diff.cells[4];
    let kinds = [&cell.old, &cell.new].map(|side| side.as_ref().unwrap().kind);
    assert_eq!((cell.status, kinds), (CellStatus::Changed, [CellKind::Raw, CellKind::Code]));
    assert_eq!(
        cell.changes[0].text,
        "What was a raw cell is now code cell 5 (%%taegis investigations create --title x)"
    );
}

#[test]
fn a_notebook_that_came_or_went_is_all_of_one_kind() {
    let notebook = sample();
    let procedure =
        understand(&notebook, "a.md", &FieldMapping::default(), Release::current()).into_procedure();
    let side = Some((&notebook, &procedure));
    let came = notebooks(None, side);
    assert_eq!((came.count(CellStatus::Added), came.cells.len()), (6, 6));
    assert!(came.metadata.iter().all(|field| field.status == FieldStatus::Added));
    let went = notebooks(side, None);
    assert_eq!((went.count(CellStatus::Removed), went.metadata.len()), (6, came.metadata.len()));
    assert!(notebooks(None, None).is_same());
}

#[test]
fn what_is_too_much_is_left_out_and_counted() {
    let many = (0..MAX_CELLS + 7).map(|n| cell(CellKind::Code, &["a"], &format!("cell {n}"))).collect();
    let lines = "line\n".repeat(MAX_LINES + 9);
    let old = Notebook::default();
    let diff = between(&old, &Notebook { cells: many, ..Notebook::default() });
    assert_eq!((diff.cells.len(), diff.left_out.cells), (MAX_CELLS, 7));
    assert!(diff.left_out.changes > 0);
    let long = cell(CellKind::Code, &[], &lines);
    let diff =
        between(&old, &Notebook { cells: vec![long, sample().cells.remove(0)], ..Notebook::default() });
    assert_eq!((diff.cells[0].lines.len(), diff.cells[0].left_out), (MAX_LINES, 10));
    assert_eq!((diff.cells[1].lines.len(), diff.left_out.lines), (0, 13));
    let wide = cell(CellKind::Markdown, &[], &"é".repeat(MAX_LINE));
    let diff = between(&old, &Notebook { cells: vec![wide; 3], ..Notebook::default() });
    assert_eq!((diff.left_out.shortened, diff.cells[0].new_text().chars().count()), (3, MAX_LINE / 2 + 1));
    let fields = (0..MAX_FIELDS + 5).map(|n| (format!("k{n}"), json!(n)));
    let mut full = cell(CellKind::Code, &[], "x");
    full.metadata = fields.collect();
    let diff = between(&old, &Notebook { cells: vec![full], ..Notebook::default() });
    assert_eq!((diff.cells[0].metadata.len(), diff.left_out.fields), (MAX_FIELDS, 5));
}

fn some_cell() -> impl Strategy<Value = Cell> {
    let kind = prop_oneof![Just(CellKind::Markdown), Just(CellKind::Code), Just(CellKind::Raw)];
    let line = prop_oneof![
        Just(""),
        Just("# Title"),
        Just("a b c d e f g h i"),
        Just("a b c d e f g h j"),
        Just("%%taegis search"),
        Just("FROM process"),
        Just("x = 1"),
        Just("\r"),
    ];
    let tags =
        proptest::collection::vec(prop_oneof![Just("parameters"), Just("remove_cell"), Just("t")], 0..3);
    (kind, proptest::collection::vec(line, 0..5), tags)
        .prop_map(|(kind, lines, tags)| cell(kind, &tags, &lines.join("\n")))
}

fn some_notebook() -> impl Strategy<Value = Notebook> {
    proptest::collection::vec(some_cell(), 0..8).prop_map(|cells| Notebook { cells, ..sample() })
}

/// The diff with its sides exchanged, as far as cells go: what was added is removed.
fn key(cell: &CellDiff) -> (Option<usize>, Option<usize>, u8, bool, String, String) {
    let at = |side: &Option<CellSide>| side.as_ref().map(|side| side.index);
    (at(&cell.old), at(&cell.new), cell.status as u8, cell.moved, cell.old_text(), cell.new_text())
}

proptest! {
    #[test]
    fn every_cell_occurs_once_and_its_lines_give_both_texts(old in some_notebook(), new in some_notebook()) {
        let diff = between(&old, &new);
        let (mut was, mut is) = (vec![0; old.cells.len()], vec![0; new.cells.len()]);
        for cell in &diff.cells {
            for (side, seen, notebook, text) in
                [(&cell.old, &mut was, &old, cell.old_text()), (&cell.new, &mut is, &new, cell.new_text())]
            {
                if let Some(side) = side {
                    seen[side.index] += 1;
                    prop_assert_eq!(&notebook.cells[side.index].source, &text);
                    prop_assert_eq!(notebook.cells[side.index].kind, side.kind);
                }
            }
            let numbers = |of: fn(&Line) -> Option<u32>| cell.lines.iter().filter_map(of).collect::<Vec<_>>();
            for numbers in [numbers(|line| line.old), numbers(|line| line.new)] {
                prop_assert_eq!(&numbers, &(1..=u32::try_from(numbers.len()).unwrap()).collect::<Vec<_>>());
            }
        }
        prop_assert!(was.iter().chain(&is).all(|times| *times == 1));
        prop_assert!(diff.left_out.is_nothing());
    }

    #[test]
    fn a_notebook_and_itself_are_always_the_same(notebook in some_notebook()) {
        prop_assert!(between(&notebook, &notebook).is_same());
    }

    #[test]
    fn swapped_sides_are_mirrored(old in some_notebook(), new in some_notebook()) {
        let mut there: Vec<_> = between(&old, &new).cells.iter().map(key).collect();
        let mirrored = |cell: &CellDiff| {
            let (was, is, _, moved, old, new) = key(cell);
            let status = match cell.status {
                CellStatus::Added => CellStatus::Removed,
                CellStatus::Removed => CellStatus::Added,
                other => other,
            };
            (is, was, status as u8, moved, new, old)
        };
        let mut back: Vec<_> = between(&new, &old).cells.iter().map(mirrored).collect();
        there.sort();
        back.sort();
        prop_assert_eq!(there, back);
    }

    #[test]
    fn sentences_and_cells_say_the_same(old in some_notebook(), new in some_notebook()) {
        let read = |notebook: &Notebook| {
            understand(notebook, "a.md", &FieldMapping::default(), Release::current()).into_procedure()
        };
        let (was, is) = (read(&old), read(&new));
        let told = changes(Some((&old, &was)), Some((&new, &is)));
        let diff = notebooks(Some((&old, &was)), Some((&new, &is)));
        let of_cells: Vec<&Change> = diff.cells.iter().flat_map(|cell| &cell.changes).collect();
        let about_cells: Vec<&Change> = told.iter().filter(|change| change.cell.is_some()).collect();
        prop_assert_eq!(of_cells, about_cells);
        let kinds = |kind: &str| told.iter().filter(|change| change.kind == kind).count();
        prop_assert_eq!(kinds("cell-added"), diff.count(CellStatus::Added));
        prop_assert_eq!(kinds("cell-removed"), diff.count(CellStatus::Removed));
        prop_assert_eq!(kinds("cell-moved"), diff.cells.iter().filter(|cell| cell.moved).count());
        for cell in diff.cells.iter().filter(|cell| cell.text_changed()) {
            prop_assert!(!cell.changes.is_empty(), "{:?}", cell);
        }
    }
}
