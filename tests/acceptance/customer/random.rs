//! Notebooks made by chance, from a fixed seed, beside what nbconvert leaves of them.

use super::compare;
use super::samples::{KINDS, PNG, TAGS, cell, every_output, notebook};
use serde_json::{Value, json};

/// How many notebooks are made.
const NOTEBOOKS: usize = 600;

/// Pieces of text, plain and odd.
const PIECES: [&str; 34] = [
    "# Heading",
    "\n",
    "\n\n",
    "text ",
    "**bold**",
    "    code",
    "\t",
    "| a | b |\n|---|---|\n",
    "```\nfence\n```\n",
    "<b>html</b>",
    "<!-- comment -->",
    "{{ jinja }}",
    "{% raw %}",
    "{# note #}",
    "\\",
    "$x$",
    "\r\n",
    "\r",
    "\u{2028}",
    "\u{85}",
    "\u{c}",
    "  ",
    " \n",
    "é",
    "🦦",
    "\u{1b}[31m",
    "\u{1b}[0m",
    "&amp;",
    "![a](attachment:a b.png)",
    "[l](x.md)",
    "attachment:a",
    "<script>x</script>",
    "%%bash\n",
    "\u{0}",
];

/// A small generator (splitmix64).
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % sides as u64).unwrap_or_default()
    }

    fn text(&mut self, most: usize) -> String {
        (0..self.throw(most)).map(|_| PIECES[self.throw(PIECES.len())]).collect()
    }

    fn tags(&mut self) -> Vec<&'static str> {
        if self.throw(2) == 0 {
            return Vec::new();
        }
        TAGS.into_iter().filter(|_| self.throw(5) == 0).collect()
    }

    fn output(&mut self, each: &[Value]) -> Value {
        let text = self.text(8);
        match self.throw(8) {
            0 => {
                json!({"output_type": "stream", "name": (["stdout", "stderr"][self.throw(2)]), "text": text})
            }
            1 => {
                json!({"output_type": "error", "ename": "E", "evalue": "v", "traceback": [text, self.text(5)]})
            }
            2 => {
                json!({"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": {"text/plain": text}})
            }
            3 => json!({"output_type": "display_data", "metadata": {}, "data": {"text/markdown": text}}),
            4 => {
                let html = format!("  <p>{}</p>", text.replace("<script>x</script>", "\n   <i>x</i>"));
                json!({"output_type": "display_data", "metadata": {}, "data": {"text/html": html}})
            }
            _ => each[self.throw(each.len())].clone(),
        }
    }

    fn cell(&mut self, each: &[Value]) -> Value {
        let kind = KINDS[self.throw(KINDS.len())];
        let (source, tags) = (self.text(12), self.tags());
        let outputs = (0..self.throw(4)).map(|_| self.output(each)).collect();
        let mut made = cell(kind, &source, &tags, outputs);
        if kind != "code" && self.throw(4) == 0 {
            made["attachments"] =
                json!({"a b.png": {"image/png": PNG}, "dir/a": {"image/png": PNG}, "a": {"image/jpeg": PNG}});
        }
        if self.throw(12) == 0 {
            made["metadata"]["transient"] = json!({"remove_source": self.throw(2) == 0});
        }
        made
    }
}

#[test]
fn hundreds_of_random_notebooks_are_reported_as_nbconvert_reports_them() {
    let mut each = every_output();
    // Two named pictures of one name make nbconvert give up.
    each.truncate(each.len() - 2);
    let mut dice = Dice(7);
    let notebooks: Vec<String> = (0..NOTEBOOKS)
        .map(|_| {
            let cells = (0..dice.throw(12)).map(|_| dice.cell(&each)).collect();
            notebook(cells).to_string()
        })
        .collect();
    assert_eq!(compare(&notebooks, None), NOTEBOOKS);
    assert_eq!(compare(&notebooks, Some("a b")), NOTEBOOKS);
    println!("the report: {NOTEBOOKS} random notebooks, every byte as nbconvert has it");
}
