//! Texts that make readers of markdown slow: ten times the text takes about ten times the time, and no longer.
//!
//! The ratio of two sizes is compared, of the time that the thread had a processor, the better of several tries, so that a
//! busy machine does not decide.

#![allow(clippy::print_stdout, reason = "it says what it measured")]
#![allow(clippy::format_collect, reason = "texts are made once, outside of what is measured")]

use catalog::notebook::myst::{self, Bounds};
use catalog::notebook::{ipynb, yaml_value};
use rustix::time::{ClockId, clock_gettime};
use std::time::Duration;

const WIDE: Bounds = Bounds { file: 64 << 20, front_matter: 8 << 20, cells: 1_000_000 };

/// Twice the ratio of the sizes, and room for what a machine does besides.
const MOST: f64 = 25.0;

/// How long this thread has had a processor.
fn spent() -> Duration {
    let spent = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(spent).unwrap_or_default()
}

fn best(tries: usize, work: impl Fn()) -> Duration {
    let once = || {
        let begin = spent();
        work();
        spent().saturating_sub(begin)
    };
    (0..tries).map(|_| once()).min().unwrap_or_default()
}

/// Asserts that `read` takes of a text ten times as large about ten times as long.
fn linear(what: &str, small: &str, large: &str, read: impl Fn(&str)) {
    let begin = spent();
    let mut ratio = f64::MAX;
    // A quadratic reader is as slow each time; a disturbed measurement is not.
    for _ in 0..5 {
        let (short, long) = (best(3, || read(small)), best(1, || read(large)));
        let room = Duration::from_millis(1);
        ratio = ratio.min((long + room).as_secs_f64() / (short + room).as_secs_f64());
        if ratio < MOST {
            break;
        }
    }
    println!(
        "{what}: {} bytes, {} times as long as a tenth of them ({:.0?} in all)",
        large.len(),
        ratio.round(),
        spent().saturating_sub(begin)
    );
    assert!(ratio < MOST, "{what}: ten times the text takes {ratio:.0} times as long");
}

fn read(text: &str) {
    let _ = myst::read_within(text.as_bytes(), &WIDE);
    let _ = myst::looks_like_myst(text.as_bytes());
}

/// The same text, repeated.
fn repeated(what: &str, piece: &str, count: usize) {
    linear(what, &piece.repeat(count / 10), &piece.repeat(count), read);
}

#[test]
fn long_lines_are_read_in_linear_time() {
    for (what, piece) in [
        ("a line of letters", "x"),
        ("a line of quotes", "> "),
        ("a line of bullets", "- "),
        ("a line of numbers", "1. "),
        ("a line of backticks", "`"),
        ("a line of emphasis", "*a_ "),
        ("a line of brackets", "["),
        ("a line of angle brackets", "<a "),
        ("a line of table cells", "| a "),
        ("a line of tabs", "\t"),
        ("a line of plus signs", "+ "),
    ] {
        repeated(what, piece, (1 << 20) / piece.len());
    }
    let ten_megabytes = "x".repeat(10 << 20);
    assert_eq!(myst::read_within(ten_megabytes.as_bytes(), &WIDE).cells.len(), 1);
}

#[test]
fn many_lines_are_read_in_linear_time() {
    for (what, piece) in [
        ("paragraph", "text\n"),
        ("cells", "```{code-cell}\nx\n```\n"),
        ("breaks", "a\n+++\n"),
        ("nested fences", "````\n```\n"),
        ("quotes", "> a\n"),
        ("quotes in quotes", "> > > a\n"),
        ("lazy lines", "> a\nb\n"),
        ("bullets", "- a\n"),
        ("bullets apart", "- a\n\n"),
        ("numbers", "1. a\n   b\n"),
        ("tables", "| a |\n|---|\n| b |\n"),
        ("table that never begins", "a | b\n"),
        ("references", "[a]: b\n"),
        ("references that never end", "[a]: b 'c\n"),
        ("labels that never end", "[a\n"),
        ("footnotes", "[^a]: b\n"),
        ("comments that never end", "<!-- a\n"),
        ("comments apart", "<!-- a\n\n"),
        ("tags that never end", "<a\n"),
        ("setext that never is", "a\n    b\n"),
        ("percent", "% a\n"),
        ("targets", "(a)=\n"),
        ("blank lines", "\n"),
        ("indented", "    a\n"),
        ("carriage returns", "a\r"),
        ("separators", "a\u{2028}"),
        ("processing instructions", "<?a\n"),
        ("mixed markers", "- > 1. a\n"),
    ] {
        repeated(what, piece, 100_000.min((1 << 20) / piece.len()));
    }
    let many = "```{code-cell}\nx\n```\n".repeat(100_000);
    assert_eq!(myst::read_within(many.as_bytes(), &WIDE).cells.len(), 100_000);
}

#[test]
fn deep_nesting_is_read_in_linear_time() {
    let stairs = |piece: &str, count: usize| -> String {
        (0..count).map(|depth| format!("{}{piece}\n", " ".repeat(depth))).collect()
    };
    // The text of a staircase grows with the square of its depth.
    linear("a staircase of bullets", &stairs("- a", 316), &stairs("- a", 1000), read);
    linear("a staircase of fences", &stairs("```", 316), &stairs("```", 1000), read);
    let deep = |piece: &str, count: usize| format!("{}a\n", piece.repeat(count)).repeat(20);
    linear("10,000 quotes deep", &deep("> ", 1_000), &deep("> ", 10_000), read);
    linear("10,000 lists deep", &deep("- ", 1_000), &deep("- ", 10_000), read);
}

#[test]
fn fences_that_never_end_are_read_in_linear_time() {
    let open = |count: usize| format!("````{{code-cell}}\n{}", "```\n".repeat(count));
    linear("an open cell", &open(10_000), &open(100_000), read);
    let html = |count: usize| format!("<div>\n{}", "a\n".repeat(count));
    linear("an open block of HTML", &html(10_000), &html(100_000), read);
    // Each longer than the one before, so that none closes another.
    let growing =
        |count: usize| (3..count).map(|marks| format!("{}\n", "`".repeat(marks))).collect::<String>();
    linear("fences that grow", &growing(300), &growing(950), read);
}

#[test]
fn options_front_matter_and_json_are_read_in_linear_time() {
    let options = |count: usize| format!("```{{code-cell}}\n{}x\n```\n", ":a: [b, c]\n".repeat(count));
    linear("options", &options(1_000), &options(10_000), read);
    let keys = |count: usize| -> String {
        format!("---\n{}---\n", (0..count).map(|key| format!("k{key}: value {key}\n")).collect::<String>())
    };
    linear("keys", &keys(400), &keys(4_000), read);
    let same = |count: usize| format!("---\n{}---\n", "a: 1\n".repeat(count));
    linear("the same key", &same(400), &same(4_000), read);
    let scalar = |count: usize| "word ".repeat(count);
    linear("a long scalar", &scalar(20_000), &scalar(200_000), |text| {
        let _ = yaml_value(text);
    });
    let cell = r#"{"cell_type": "code", "id": "a", "metadata": {}, "source": "x", "outputs": [], "execution_count": 1}"#;
    let notebook = |count: usize| {
        format!("{{\"nbformat\": 4, \"metadata\": {{}}, \"cells\": [{}]}}", vec![cell; count].join(","))
    };
    linear("ipynb cells", &notebook(900), &notebook(9_000), |text| {
        let _ = ipynb::write(&ipynb::read(text.as_bytes()));
    });
}
