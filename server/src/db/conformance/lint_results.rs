//! What other linters found.

use super::*;

on_both!(
    what_a_tool_found_takes_the_place_of_what_it_found_at_the_commit_before,
    the_newest_upload_of_each_tool_is_told,
);

fn upload(bench: &Bench, who: &Account, tool: &str, commit: &str) -> LintUpload {
    LintUpload {
        id: bench.id(),
        repo: "hunts".to_owned(),
        commit: commit.repeat(40),
        tool: tool.to_owned(),
        passed: 7,
        failed: 2,
        created_at: bench.now(),
        created_by: Named { id: who.id.clone(), name: who.name.clone() },
    }
}

fn result(path: &str, line: u32) -> LintResult {
    LintResult {
        path: path.to_owned(),
        line,
        code: "no-jira".to_owned(),
        severity: catalog::lint::Severity::Warning,
        message: "a \"ticket\"".to_owned(),
    }
}

async fn what_a_tool_found_takes_the_place_of_what_it_found_at_the_commit_before(bench: Bench) {
    let ana = bench.account("Ana", Role::Hunter).await;
    let results = [result("b.md", 3), result("a.md", 0), result("b.md", 1)];
    let first = upload(&bench, &ana, "pytest", "a");
    bench.db.put_lint_results(&first, &results).await.unwrap();
    assert_eq!(bench.db.lint_results(&first.id, None).await.unwrap(), results);
    let of_b = bench.db.lint_results(&first.id, Some("b.md")).await.unwrap();
    assert_eq!(of_b, [results[0].clone(), results[2].clone()]);
    bench.clock.advance(Duration::hours(1));
    let second = upload(&bench, &ana, "pytest", "a");
    bench.db.put_lint_results(&second, &[]).await.unwrap();
    assert_eq!(bench.db.lint_uploads("hunts").await.unwrap(), std::slice::from_ref(&second));
    assert_eq!(bench.db.lint_results(&first.id, None).await.unwrap(), []);
    assert_eq!(bench.db.lint_results(&second.id, None).await.unwrap(), []);
    assert_eq!(bench.db.lint_uploads("others").await.unwrap(), []);
}

async fn the_newest_upload_of_each_tool_is_told(bench: Bench) {
    let ana = bench.account("Ana", Role::Hunter).await;
    let mut made = Vec::new();
    for (tool, commit) in [("ruff", "a"), ("pytest", "a"), ("pytest", "b")] {
        let upload = upload(&bench, &ana, tool, commit);
        bench.db.put_lint_results(&upload, &[result("a.md", 1)]).await.unwrap();
        bench.clock.advance(Duration::hours(1));
        made.push(upload);
    }
    assert_eq!(bench.db.lint_uploads("hunts").await.unwrap(), [made[2].clone(), made[0].clone()]);
    // More than are kept.
    for number in 0..60 {
        let mut more = upload(&bench, &ana, "ruff", "c");
        more.commit = format!("{number:040}");
        bench.db.put_lint_results(&more, &[]).await.unwrap();
        bench.clock.advance(Duration::hours(1));
    }
    assert_eq!(bench.db.lint_results(&made[0].id, None).await.unwrap(), []);
    assert_eq!(bench.db.lint_results(&made[2].id, None).await.unwrap().len(), 1);
}
