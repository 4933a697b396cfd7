//! Pages about who last changed what of a procedure.

use super::Sample;
use web::links;
use web::pages::blame::{self, BlameView, By, Group, Lines, Of, Part};
use web::view::ProcedureHead;

const NEWER: &str = "4be0c2d1a77f3e9912ab5f0c7d44e8a1b2c3d4e5";
const OLDER: &str = "91d3a0be5521c7f60e88ab4412d09f7e6c5b4a39";

impl Sample {
    pub(super) fn blame_pages(&self) -> Vec<(&'static str, String)> {
        let here = self.frame("/procedures/lsass-handle-access/blame");
        vec![
            ("blame", blame::page(&here, self.blame())),
            ("blame-lines", blame::page(&here, self.blame_of_every_line())),
            ("blame-past", blame::page(&here, self.blame_past())),
        ]
    }

    fn newer(&self) -> By {
        By {
            commit: self.commit(NEWER),
            people: self.list(&["Jonas Weber", "Mira Okafor"]),
            when: Self::hours_ago(3),
            subject: self.t("Widen the access masks after the September engagement"),
            age: 0,
            path: None,
            first: false,
        }
    }

    fn older(&self) -> By {
        By {
            commit: self.commit(OLDER),
            people: self.list(&["Ana Duarte"]),
            when: Self::hours_ago(9_000),
            subject: String::new(),
            age: 4,
            path: self.some("procedures/lsass.md"),
            first: true,
        }
    }

    fn lines(&self) -> Vec<Lines> {
        let text = |lines: &[&str]| self.list(lines);
        vec![
            Lines { by: self.older(), first: 52, text: text(&["```{code-cell}", "", "FROM process"]) },
            Lines {
                by: self.newer(),
                first: 55,
                text: text(&["WHERE granted_access IN ('0x1010', '0x1410')"]),
            },
            Lines { by: self.older(), first: 56, text: text(&["```"]) },
        ]
    }

    fn blame(&self) -> BlameView {
        let cells = self.cells();
        let part = |index: usize| {
            let cell = &cells[index];
            Part {
                of: Of::Cell(cell.index, cell.kind),
                lines: Some((cell.line, cell.line + 4)),
                html: cell.html.clone(),
                ..Part::default()
            }
        };
        let metadata = Part {
            lines: Some((1, 3)),
            text: self.t("---\nhunting:\n  id: lsass-handle-access\n---\n"),
            ..Part::default()
        };
        BlameView {
            head: self.head(),
            commit: self.commit(NEWER),
            past: false,
            gone: false,
            groups: vec![
                Group { by: self.older(), parts: vec![metadata, part(0), part(1)] },
                Group {
                    by: self.newer(),
                    parts: vec![Part { by_line: Some(self.lines()), ..part(3) }, part(2)],
                },
                Group { by: self.older(), parts: vec![part(4), part(6)] },
            ],
            all: None,
            left_out: 0,
            people: 3,
            revisions: 2,
            cut: self
                .some("There is more history than is looked through: what stands at 91d3a0be may be older."),
            is_ipynb: true,
        }
    }

    fn blame_of_every_line(&self) -> BlameView {
        BlameView {
            all: Some(self.lines()),
            groups: Vec::new(),
            left_out: 12,
            cut: None,
            is_ipynb: false,
            ..self.blame()
        }
    }

    fn blame_past(&self) -> BlameView {
        BlameView {
            head: ProcedureHead { at: self.some(OLDER), ..self.head() },
            past: true,
            people: 1,
            revisions: 1,
            groups: vec![Group {
                by: self.older(),
                parts: vec![Part {
                    beside: Some((
                        self.t("lsass/metadata.yaml"),
                        links::repository_file("starter", OLDER, "lsass/metadata.yaml"),
                    )),
                    ..Part::default()
                }],
            }],
            ..self.blame()
        }
    }
}
